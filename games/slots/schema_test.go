package slots

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
)

// validator checks values against the keywords of JSON Schema that definition.schema.json uses; it panics at any other, so that
// none is passed over.
type validator struct{ root map[string]any }

func decodeJSON(text []byte) (value any, err error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	return value, d.Decode(&value)
}

// against returns what is wrong with a value, "" for nothing.
func (v validator) against(schema map[string]any, value any, place string) string {
	for keyword, of := range schema {
		if wrong := v.keyword(keyword, of, schema, value, place); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (v validator) keyword(keyword string, of any, schema map[string]any, value any, place string) string {
	object, isObject := value.(map[string]any)
	array, isArray := value.([]any)
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	wrong := func(bad bool) string {
		if bad {
			return fmt.Sprintf("%s: %s", place, keyword)
		}
		return ""
	}
	switch keyword {
	case "$schema", "title", "description", "default", "$defs":
		return ""
	case "$ref":
		target := v.root
		for _, name := range strings.Split(strings.TrimPrefix(of.(string), "#/"), "/") {
			target = target[name].(map[string]any)
		}
		return v.against(target, value, place)
	case "type":
		kinds := map[string]bool{"object": isObject, "array": isArray, "string": isText, "number": isNumber,
			"integer": isNumber && rat(number).IsInt()}
		return wrong(!kinds[of.(string)])
	case "enum":
		found := false
		for _, allowed := range of.([]any) {
			found = found || reflect.DeepEqual(allowed, value)
		}
		return wrong(!found)
	case "pattern":
		return wrong(isText && !regexp.MustCompile(of.(string)).MatchString(text))
	case "minLength":
		return wrong(isText && rat(of).Cmp(big.NewRat(int64(utf8.RuneCountInString(text)), 1)) > 0)
	case "maxLength":
		return wrong(isText && rat(of).Cmp(big.NewRat(int64(utf8.RuneCountInString(text)), 1)) < 0)
	case "minimum":
		return wrong(isNumber && rat(number).Cmp(rat(of)) < 0)
	case "maximum":
		return wrong(isNumber && rat(number).Cmp(rat(of)) > 0)
	case "exclusiveMinimum":
		return wrong(isNumber && rat(number).Cmp(rat(of)) <= 0)
	case "minItems":
		return wrong(isArray && rat(of).Cmp(big.NewRat(int64(len(array)), 1)) > 0)
	case "maxItems":
		return wrong(isArray && rat(of).Cmp(big.NewRat(int64(len(array)), 1)) < 0)
	case "minProperties":
		return wrong(isObject && rat(of).Cmp(big.NewRat(int64(len(object)), 1)) > 0)
	case "maxProperties":
		return wrong(isObject && rat(of).Cmp(big.NewRat(int64(len(object)), 1)) < 0)
	case "uniqueItems":
		for i := range array {
			for j := range i {
				if reflect.DeepEqual(array[i], array[j]) {
					return wrong(true)
				}
			}
		}
		return ""
	case "items":
		for i, item := range array {
			if wrong := v.against(of.(map[string]any), item, fmt.Sprintf("%s[%d]", place, i)); wrong != "" {
				return wrong
			}
		}
		return ""
	case "required":
		for _, name := range of.([]any) {
			if _, there := object[name.(string)]; isObject && !there {
				return wrong(true)
			}
		}
		return ""
	case "dependentRequired":
		for name, needs := range of.(map[string]any) {
			if _, there := object[name]; there {
				if wrong := v.keyword("required", needs, schema, value, place); wrong != "" {
					return wrong
				}
			}
		}
		return ""
	case "oneOf":
		matches := 0
		for _, branch := range of.([]any) {
			if v.against(branch.(map[string]any), value, place) == "" {
				matches++
			}
		}
		return wrong(matches != 1)
	case "properties", "propertyNames", "additionalProperties":
		return v.members(keyword, of, schema, object, place)
	}
	panic("a keyword that this validator does not know: " + keyword)
}

func (v validator) members(keyword string, of any, schema, object map[string]any, place string) string {
	known, _ := schema["properties"].(map[string]any)
	for name, member := range object {
		rule, listed := known[name].(map[string]any)
		var wrong string
		switch more, isSchema := of.(map[string]any); {
		case keyword == "properties" && listed:
			wrong = v.against(rule, member, place+"."+name)
		case keyword == "propertyNames":
			wrong = v.against(more, name, place+"."+name)
		case keyword == "additionalProperties" && !listed && isSchema:
			wrong = v.against(more, member, place+"."+name)
		case keyword == "additionalProperties" && !listed:
			wrong = place + "." + name + ": additionalProperties"
		}
		if wrong != "" {
			return wrong
		}
	}
	return ""
}

func rat(number any) *big.Rat {
	r, ok := new(big.Rat).SetString(string(number.(json.Number)))
	if !ok {
		panic("not a number: " + number.(json.Number))
	}
	return r
}

var parsedSchema = func() map[string]any {
	parsed, err := decodeJSON(Schema())
	if err != nil {
		panic(err)
	}
	return parsed.(map[string]any)
}()

// schemaSays returns what the schema finds wrong with a text, "" for nothing.
func schemaSays(text []byte) string {
	value, err := decodeJSON(text)
	if err != nil {
		return err.Error()
	}
	return validator{parsedSchema}.against(parsedSchema, value, "")
}
