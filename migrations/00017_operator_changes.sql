-- +goose Up

-- Who changed what of an operator's settings, and when. Append-only.
CREATE TABLE operator_changes (
    id          uuid PRIMARY KEY,
    operator_id uuid NOT NULL REFERENCES operators,
    changed_by  text NOT NULL CHECK (length(changed_by) BETWEEN 1 AND 100),
    was         json NOT NULL, -- the settings that were changed, by name
    became      json NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX operator_changes_operator ON operator_changes (operator_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON operator_changes TO croupier_app;
GRANT SELECT ON operator_changes TO croupier_auditor;

-- +goose Down
DROP TABLE operator_changes;
