/** Reads a configuration's schema as a list of tables with their settings, for the reference and its checks. */

/** The parts of a JSON schema that configuration schemas use. */
export interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: { propertyName: string };
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  patternProperties?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  /** The setting is the path of a file or folder. */
  isPath?: boolean;
  /** The meaning of the pattern, in words that complete "must be …". */
  form?: string;
}

export interface Setting {
  name: string;
  schema: Schema;
  isRequired: boolean;
}

/** One table of the file. */
export interface SettingsTable {
  /** Dotted, e.g. `broker.users`; empty for the top of the file. */
  path: string;
  /** True if the file may have several such tables, as `[[path]]`. */
  isList: boolean;
  /** The setting that selects this kind of table, and its value; absent if there is only one kind. */
  kind?: { name: string; value: unknown };
  schema: Schema;
  /** Headers of the lists that it is in, outermost first: `[alerts.email.filter]` belongs to the `[[alerts.email]]` above it. */
  listsAround: string[];
  /** Settings with a value of their own; tables within it follow as tables. */
  settings: Setting[];
  /** The kinds, each with its description, if this table has the settings that they share. */
  kinds?: { name: string; entries: { value: unknown; about: string }[] };
  /** Settings that the example needs and another table explains. */
  further?: Setting[];
}

/** Every table below a schema, in the order of the schema, each before those within it. */
export function tablesOf(
  schema: Schema,
  path = '',
  isList = false,
  listsAround: string[] = [],
): SettingsTable[] {
  if (schema.oneOf && schema.discriminator) return kindsOf(schema, path, isList, listsAround);
  const inner = isList ? [...listsAround, `[[${path}]]`] : listsAround;
  const properties = Object.entries(schema.properties ?? {});
  const settings = properties
    .filter(([, property]) => !isTable(property))
    .map(([name, property]) => ({
      name,
      schema: property,
      isRequired: (schema.required ?? []).includes(name) && property.default === undefined,
    }));
  const within = properties
    .filter(([, property]) => isTable(property))
    .flatMap(([name, property]) => {
      const place = path === '' ? name : `${path}.${name}`;
      if (!isListOfTables(property)) return tablesOf(property, place, false, inner);
      const item = property.items!;
      return tablesOf({ ...item, description: property.description ?? item.description }, place, true, inner);
    });
  return [{ path, isList, schema, listsAround, settings }, ...within];
}

/**
 * A table for each kind. Settings that all kinds share are explained once, in a table before them; then only kinds with
 * settings of their own have a table.
 */
function kindsOf(schema: Schema, path: string, isList: boolean, listsAround: string[]): SettingsTable[] {
  const name = schema.discriminator!.propertyName;
  const kinds = schema.oneOf!;
  const fallback = (schema.default as Record<string, unknown> | undefined)?.[name];
  const [first] = kinds;
  const isShared = (key: string) =>
    kinds.every(({ properties }) => properties?.[key] === first!.properties?.[key]);
  const tables = kinds.map((kind) => {
    const [table, ...within] = tablesOf(kind, path, isList, listsAround);
    const value = kind.properties?.[name]?.const;
    const settings = table!.settings.map((setting) =>
      setting.name === name && value === fallback ? withDefault(setting, value) : setting,
    );
    return { table: { ...table!, settings, kind: { name, value } }, within };
  });
  const shared = tables[0]!.table.settings.filter((setting) => isShared(setting.name));
  if (shared.length === 0) return tables.flatMap(({ table, within }) => [table, ...within]);

  const tag: Setting = {
    name,
    schema: {
      anyOf: kinds.map(({ properties }) => properties![name]!),
      description: 'one of the kinds below',
    },
    isRequired: true,
  };
  const common: SettingsTable = {
    path,
    isList,
    schema,
    listsAround,
    settings: [fallback === undefined ? tag : withDefault(tag, fallback), ...shared],
    kinds: {
      name,
      entries: tables.map(({ table }) => ({
        value: table.kind.value,
        about: table.schema.description ?? '',
      })),
    },
  };
  const own = tables.flatMap(({ table, within }) => {
    const settings = table.settings.filter((setting) => !isShared(setting.name));
    const isAlike = settings.length === 1 && within.length === 0;
    const further = shared.filter(({ isRequired }) => isRequired);
    return isAlike ? [] : [{ ...table, settings, further }, ...within];
  });
  return [common, ...own];
}

function withDefault(setting: Setting, value: unknown): Setting {
  return { ...setting, schema: { ...setting.schema, default: value }, isRequired: false };
}

function isListOfTables(schema: Schema): boolean {
  return schema.type === 'array' && schema.items !== undefined && isTable(schema.items);
}

function isTable(schema: Schema): boolean {
  return schema.properties !== undefined || schema.oneOf !== undefined || isListOfTables(schema);
}

/** A value for the example: the schema's own example, its default, or its only or first value. */
export function exampleOf({ examples, default: fallback, const: constant, anyOf }: Schema): unknown {
  return examples?.[0] ?? fallback ?? constant ?? anyOf?.[0]?.const;
}

/** True if the setting, or what it holds, has a pattern that is not described in words. */
function isFormUnsaid({ pattern, form, items, anyOf = [], patternProperties = {} }: Schema): boolean {
  const inner = [...(items ? [items] : []), ...anyOf, ...Object.values(patternProperties)];
  const hasPattern = pattern !== undefined || Object.keys(patternProperties).length > 0;
  return (hasPattern && form === undefined) || inner.some(isFormUnsaid);
}

/** Names of settings that the reference or a message could not explain, and of tables, with what is missing. */
export function unexplained(tables: readonly SettingsTable[]): string[] {
  return tables.flatMap(({ path, schema, settings, kind }) => {
    const place = (name: string) => (path === '' ? name : `${path}.${name}`);
    const described = path === '' || schema.description ? [] : [`[${path}]: no description`];
    const ofSettings = settings.flatMap(({ name, schema: setting }) => [
      ...(setting.description || name === kind?.name ? [] : [`${place(name)}: no description`]),
      ...(exampleOf(setting) === undefined ? [`${place(name)}: no example`] : []),
      ...(isFormUnsaid(setting) ? [`${place(name)}: a pattern without form`] : []),
    ]);
    return [...described, ...ofSettings];
  });
}
