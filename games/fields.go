package games

import (
	"reflect"
	"strings"
	"sync"
)

// structFields is what Decode knows about a struct type: the types of its members by JSON name, and which must be there.
type structFields struct {
	types    map[string]reflect.Type
	required []string // in the order of the struct
}

var knownStructs sync.Map // reflect.Type → structFields

func structOf(t reflect.Type) structFields {
	if known, ok := knownStructs.Load(t); ok {
		return known.(structFields)
	}
	fields := structFields{types: make(map[string]reflect.Type)}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported() && !field.Anonymous:
			continue
		case field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct:
			embedded := structOf(field.Type)
			for name, member := range embedded.types {
				fields.types[name] = member
			}
			fields.required = append(fields.required, embedded.required...)
			continue
		case name == "":
			name = field.Name
		}
		fields.types[name] = field.Type
		if field.Type.Kind() != reflect.Pointer {
			fields.required = append(fields.required, name)
		}
	}
	knownStructs.Store(t, fields)
	return fields
}
