"""How each kind of object is divided into fields: numbers, texts, sequences, tables, instances, classes, arrays."""
