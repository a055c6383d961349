package mastoapi

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// How the tables in answers.go and parameters.go say what something is:
//
//	"Account"    one of the entities, or string, int, number, bool, time, date, any
//	"[]Account"  a list of them
//	"{}Marker"   one for each of several names
//	"Account?"   one, or null
//	rows{…}      a list of objects
//	shape{…}     an object of its own; a name that ends in "?" may be missing, and
//	             "*" is all that have another name
//	either{…}    one of several
//	file("…")    no JSON, but a file of that kind
//	spliced{…}   an entity whose Go type does not say all: the rest is put in
//	             when it is sent, or is JSON already
type (
	shape   map[string]any
	rows    map[string]any
	file    string
	either  []string
	spliced struct {
		of   any
		more shape
	}
)

// schema is JSON Schema, as OpenAPI 3.1 takes it.
type schema map[string]any

// timePattern is how every time is written: with milliseconds, and in UTC.
const timePattern = `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$`

var plain = map[string]schema{
	"string": {"type": "string"}, "int": {"type": "integer"}, "number": {"type": "number"}, "bool": {"type": "boolean"}, "null": {"type": "null"},
	"any":  {"type": []string{"object", "array", "string", "number", "boolean", "null"}},
	"time": {"type": "string", "format": "date-time", "pattern": timePattern}, "date": {"type": "string", "format": "date"},
}

// schemaOf is the schema of what a table says.
func schemaOf(v any) schema {
	switch v := v.(type) {
	case spliced:
		return v.schema()
	case either:
		any := []schema{}
		for _, one := range v {
			any = append(any, readWord(one))
		}
		return schema{"anyOf": any}
	case string:
		return readWord(v)
	case shape:
		return readShape(v)
	case rows:
		return schema{"type": "array", "items": readShape(shape(v))}
	}
	return reflected(reflect.TypeOf(v))
}

func readWord(s string) schema {
	if word, ok := strings.CutSuffix(s, "?"); ok {
		return orNull(readWord(word))
	}
	if word, ok := strings.CutPrefix(s, "[]"); ok {
		return schema{"type": "array", "items": readWord(word)}
	}
	if word, ok := strings.CutPrefix(s, "{}"); ok {
		return schema{"type": "object", "additionalProperties": readWord(word)}
	}
	if known, ok := plain[s]; ok {
		return known
	}
	if _, ok := entities[s]; !ok {
		panic(fmt.Sprintf("no entity is called %q", s))
	}
	return schema{"$ref": "#/components/schemas/" + s}
}

func readShape(v shape) schema {
	properties, required := schema{}, []string{}
	var others schema
	for name, x := range v {
		if name == "*" {
			others = schemaOf(x)
			continue
		}
		name, optional := strings.CutSuffix(name, "?")
		properties[name] = schemaOf(x)
		if !optional {
			required = append(required, name)
		}
	}
	out := object(properties, required)
	if others != nil {
		out["additionalProperties"] = others
	}
	return out
}

func object(properties schema, required []string) schema {
	out := schema{"type": "object", "properties": properties}
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = required
	}
	return out
}

// orNull is s, or null.
func orNull(s schema) schema {
	kind, ok := s["type"].(string)
	if !ok {
		return schema{"anyOf": []any{s, plain["null"]}}
	}
	out := schema{}
	for k, v := range s {
		out[k] = v
	}
	out["type"] = []string{kind, "null"}
	return out
}

func (v spliced) schema() schema {
	out, more := reflected(reflect.TypeOf(v.of)), readShape(v.more)
	properties, required := out["properties"].(schema), strs(out["required"])
	for name, s := range more["properties"].(schema) {
		properties[name] = s
		required = slices.DeleteFunc(required, func(r string) bool { return r == name })
	}
	return object(properties, append(required, strs(more["required"])...))
}

func strs(v any) []string {
	list, _ := v.([]string)
	return list
}

var rawType = reflect.TypeFor[raw]()

// reflected is the schema of what encoding/json makes of a type.
func reflected(t reflect.Type) schema {
	switch t.Kind() {
	case reflect.Pointer:
		return orNull(nested(t.Elem()))
	case reflect.Slice:
		if t == rawType {
			return schema{"x-raw": true} // a table has to say
		}
		return schema{"type": "array", "items": nested(t.Elem())}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": nested(t.Elem())}
	case reflect.String:
		return plain["string"]
	case reflect.Bool:
		return plain["bool"]
	case reflect.Float64:
		return plain["number"]
	case reflect.Int, reflect.Int64:
		return plain["int"]
	case reflect.Struct:
		properties, required := schema{}, []string{}
		addFields(t, properties, &required)
		return object(properties, required)
	}
	return plain["any"]
}

// nested is reflected, but names the entities.
func nested(t reflect.Type) schema {
	if name, ok := nameOf(t); ok {
		return readWord(name)
	}
	return reflected(t)
}

func nameOf(t reflect.Type) (string, bool) {
	for name, v := range entities {
		if s, ok := v.(spliced); ok {
			v = s.of
		}
		if t.Kind() == reflect.Struct && t.NumField() > 0 && reflect.TypeOf(v) == t {
			return name, true
		}
	}
	return "", false
}

func addFields(t reflect.Type, properties schema, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			addFields(f.Type, properties, required)
			continue
		}
		if name == "-" || !unicode.IsUpper(rune(f.Name[0])) {
			continue
		}
		kind, optional := f.Type, strings.Contains(options, "omitempty")
		if optional && kind.Kind() == reflect.Pointer {
			kind = kind.Elem() // it is left out, not null
		}
		s := nested(kind)
		if moment := timed(name, kind); moment != "" {
			s = readWord(moment)
		}
		properties[name] = s
		if !optional {
			*required = append(*required, name)
		}
	}
}

// timed is the word for a field whose name says that it is a time.
func timed(name string, t reflect.Type) string {
	if !strings.HasSuffix(name, "_at") {
		return ""
	}
	word := "time"
	if name == "last_status_at" {
		word = "date"
	}
	switch {
	case t.Kind() == reflect.String:
		return word
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.String:
		return word + "?"
	}
	return ""
}
