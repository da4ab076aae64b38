// Checks a value against the part of JSON Schema that docs/json-schema.json uses. A keyword that it does not know is an error, so
// that the schema cannot say more than is checked.
type Schema = { readonly [keyword: string]: unknown };

/** What is wrong with the value, as lines; empty: nothing. */
export function schemaFaults(value: unknown, schema: Schema, root: Schema = schema, at = '$'): string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) =>
    fault(keyword, wanted, value, root, at, schema),
  );
}

const ANNOTATIONS = ['$schema', 'title', 'description', '$defs', 'contentEncoding'];

function fault(
  keyword: string,
  wanted: unknown,
  value: unknown,
  root: Schema,
  at: string,
  schema: Schema,
): string[] {
  const fails = (isWrong: boolean): string[] =>
    isWrong ? [`${at}: ${JSON.stringify(value)} is against ${keyword} ${JSON.stringify(wanted)}`] : [];
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (ANNOTATIONS.includes(keyword)) return [];
  switch (keyword) {
    case '$ref': {
      const name = String(wanted).replace('#/$defs/', '');
      return schemaFaults(value, (root['$defs'] as Record<string, Schema>)[name]!, root, at);
    }
    case 'oneOf': {
      const each = (wanted as Schema[]).map((one) => schemaFaults(value, one, root, at));
      const right = each.filter((faults) => faults.length === 0).length;
      if (right === 1) return [];
      return [
        `${at}: ${right} variants fit ${JSON.stringify(value)}`,
        ...each.sort((a, b) => a.length - b.length)[0]!,
      ];
    }
    case 'type':
      return fails(!([] as unknown[]).concat(wanted).some((type) => hasType(value, String(type))));
    case 'const':
      return fails(value !== wanted);
    case 'enum':
      return fails(!(wanted as unknown[]).includes(value));
    case 'minimum':
      return fails(typeof value === 'number' && value < Number(wanted));
    case 'minLength':
      return fails(String(value).length < Number(wanted));
    case 'maxLength':
      return fails(String(value).length > Number(wanted));
    case 'pattern':
      return fails(!new RegExp(String(wanted)).test(String(value)));
    case 'minItems':
      return fails(Array.isArray(value) && value.length < Number(wanted));
    case 'items':
      return (value as unknown[]).flatMap((item, index) =>
        schemaFaults(item, wanted as Schema, root, `${at}[${index}]`),
      );
    case 'required':
      return (wanted as string[]).filter((name) => !(name in object)).map((name) => `${at}: lacks ${name}`);
    case 'properties':
      return Object.entries(wanted as Record<string, Schema>).flatMap(([name, each]) =>
        name in object ? schemaFaults(object[name], each, root, `${at}.${name}`) : [],
      );
    case 'additionalProperties': {
      const known = Object.keys((schema['properties'] ?? {}) as object);
      return Object.keys(object)
        .filter((name) => !known.includes(name))
        .map((name) => `${at}: ${name} is not in the schema`);
    }
    default:
      throw new Error(`the schema uses ${keyword}, which is not checked`);
  }
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
