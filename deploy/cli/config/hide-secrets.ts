/** Hides the secrets of a configuration before it is printed. */

/** The parts of a JSON schema that lead to a setting. `writeOnly` marks a secret whose name does not say so. */
interface Schema {
  writeOnly?: boolean;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
}

const hidden = '(hidden)';

/** Returns a copy of `value` in which secrets are replaced by a fixed text: by their names, and by their schema. */
export function hideSecrets(value: unknown, schema: Schema = {}): unknown {
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item, schema.items));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, hideSetting(key, item, settingOf(schema, key))]),
  );
}

function hideSetting(key: string, value: unknown, schema: Schema): unknown {
  const isSecret = schema.writeOnly === true || /password|token|secret/i.test(key);
  if (isSecret && typeof value === 'string') return hidden;
  if (key === 'headers' && typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.keys(value).map((name) => [name, hidden]));
  if (/url$/i.test(key) && typeof value === 'string') return value.replace(/\?.*/s, `?${hidden}`);
  return hideSecrets(value, schema);
}

/** The schema of one setting, whichever alternative declares it. */
function settingOf({ properties, anyOf = [], oneOf = [] }: Schema, key: string): Schema {
  const own = properties?.[key];
  if (own !== undefined) return own;
  for (const alternative of [...anyOf, ...oneOf]) {
    const found = alternative.properties?.[key];
    if (found !== undefined) return found;
  }
  return {};
}
