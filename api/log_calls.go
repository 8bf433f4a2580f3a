package api

import (
	"context"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
	"croupier/session"
)

type logProofInput struct {
	Round      string `query:"round" maxLength:"64" doc:"The id of a round that is over"`
	Commitment string `query:"commitment" maxLength:"64" doc:"A serverSeedHash"`
	Reveal     string `query:"reveal" maxLength:"64" doc:"A server seed that was revealed"`
}

// logProofData proves that a leaf is in the log. Hashes are in base64, as in a checkpoint.
type logProofData struct {
	Leaf        string   `json:"leaf" doc:"The leaf's text: its kind and its value" example:"croupier-log-v1 commitment 58badd9b455145b487ad24c7f259cc437cc4ffd0784716845249321fb5961cfc"`
	Index       int64    `json:"index" doc:"Its place in the log, from 0"`
	LeafHash    string   `json:"leafHash" doc:"SHA-256 of a zero byte and the leaf's text"`
	Proof       []string `json:"proof" doc:"The audit path of RFC 6962, from the leaf up"`
	Size        int64    `json:"size" doc:"How many leaves the log had that it is proven for"`
	RootHash    string   `json:"rootHash"`
	Checkpoint  string   `json:"checkpoint" doc:"The signed note of that size and root"`
	VerifierKey string   `json:"verifierKey" doc:"The log's public key. Compare it with what you noted; it never changes"`
}

func (s *Server) proveLogged(ctx context.Context, in *logProofInput) (logProofData, error) {
	p, err := s.inclusion(ctx, in)
	if err != nil {
		return logProofData{}, err
	}
	hash := p.Leaf.Hash()
	return logProofData{Leaf: string(p.Leaf.Text()), Index: p.Index, LeafHash: hash.String(), Proof: hashTexts(p.Proof), Size: p.In.N,
		RootHash: p.In.Hash.String(), Checkpoint: p.In.Note, VerifierKey: s.Commitments.VerifierKey()}, nil
}

func (s *Server) inclusion(ctx context.Context, in *logProofInput) (session.Inclusion, error) {
	given := 0
	for _, text := range []string{in.Round, in.Commitment, in.Reveal} {
		if text != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return session.Inclusion{}, session.FieldError(session.InvalidRequest, "round", "must be given, or commitment, or reveal, and only one of them")
	case in.Round != "":
		id, err := uuid.Parse(in.Round)
		if err != nil {
			return session.Inclusion{}, session.FieldError(session.InvalidRequest, "round", "must be the id of a round")
		}
		return s.Commitments.ProveRound(ctx, id)
	case in.Commitment != "":
		return s.seedInclusion(ctx, commitlog.Commitment, "commitment", in.Commitment)
	}
	return s.seedInclusion(ctx, commitlog.Reveal, "reveal", in.Reveal)
}

func (s *Server) seedInclusion(ctx context.Context, kind commitlog.Kind, field, text string) (session.Inclusion, error) {
	value, err := commitlog.ParseValue(text)
	if err != nil {
		return session.Inclusion{}, session.FieldError(session.InvalidRequest, field, err.Error())
	}
	return s.Commitments.ProveSeed(ctx, commitlog.Leaf{Kind: kind, Value: value})
}

type logConsistencyInput struct {
	From int64 `query:"from" required:"true" minimum:"1" doc:"The size of an earlier checkpoint"`
	To   int64 `query:"to" minimum:"1" doc:"The size of a later one; without it the newest"`
}

// logConsistencyData proves that the log of one size is the beginning of the log of another.
type logConsistencyData struct {
	From       int64    `json:"from"`
	FromRoot   string   `json:"fromRootHash"`
	To         int64    `json:"to"`
	ToRoot     string   `json:"toRootHash"`
	Proof      []string `json:"proof" doc:"The consistency proof of RFC 6962"`
	Checkpoint string   `json:"checkpoint" doc:"The newest checkpoint; that of size to only if to was left out"`
}

func (s *Server) proveConsistent(ctx context.Context, in *logConsistencyInput) (logConsistencyData, error) {
	c, err := s.Commitments.ProveConsistency(ctx, in.From, in.To)
	if err != nil {
		return logConsistencyData{}, err
	}
	return logConsistencyData{From: c.From.N, FromRoot: c.From.Hash.String(), To: c.To.N, ToRoot: c.To.Hash.String(),
		Proof: hashTexts(c.Proof), Checkpoint: c.In.Note}, nil
}

func hashTexts(hashes []tlog.Hash) []string {
	texts := make([]string, len(hashes))
	for i, h := range hashes {
		texts[i] = h.String()
	}
	return texts
}
