/**
 * The generated references (deploy/reference): settings, error codes and metrics as Markdown. `npm run docs`
 * writes them, and the tests beside this file fail while they are outdated. The texts come from schemas and
 * declarations beside the code; none is written here.
 */
import { exampleOf, type Schema, type Setting, type SettingsTable, tablesOf } from './settings.ts';
import { digits, inLargerUnit, unitOf } from './units.ts';

/**
 * Markdown of one configuration file: a section for each table, with its settings and an example. Settings in `filled` have a default although
 * the schema demands them: the program fills it in.
 */
export function configReference(head: string, schema: Schema, filled: readonly string[] = []): string {
  const required = (schema.required ?? []).filter((name) => !filled.includes(name));
  const tables = tablesOf({ ...schema, required });
  return `${[head.trim(), ...tables.map(sectionOf)].join('\n\n')}\n`;
}

function sectionOf(table: SettingsTable): string {
  const { schema, settings, path } = table;
  const about = path === '' ? '' : sentence(schema.description ?? '');
  const rows = settings.map((setting) => rowOf(setting, table));
  const list =
    settings.length === 0
      ? ''
      : ['| Setting | Value | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
  const example = settings.length === 0 ? '' : `\`\`\`toml\n${exampleText(table)}\n\`\`\``;
  return [`## ${titleOf(table)}`, about, list, kindsList(table), example]
    .filter((part) => part !== '')
    .join('\n\n');
}

function kindsList({ kinds }: SettingsTable): string {
  if (!kinds) return '';
  const rows = kinds.entries.map(({ value, about }) => `| \`${toml(value)}\` | ${sentence(about)} |`);
  return [`| \`${kinds.name}\` | Meaning |`, '|---|---|', ...rows].join('\n');
}

function titleOf({ path, isList, kind }: SettingsTable): string {
  if (path === '') return 'Top of the file';
  const header = headerOf(path, isList);
  return kind === undefined ? `\`${header}\`` : `\`${header}\` with \`${kind.name} = ${toml(kind.value)}\``;
}

function headerOf(path: string, isList: boolean): string {
  return isList ? `[[${path}]]` : `[${path}]`;
}

function rowOf({ name, schema, isRequired }: Setting, { kind }: SettingsTable): string {
  const meaning = schema.description ?? (name === kind?.name ? 'Chooses this kind' : '');
  const cells = [
    `\`${name}\``,
    valueText(name, schema),
    defaultText(name, schema, isRequired),
    sentence(meaning).replaceAll('*', '\\*'),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function defaultText(name: string, schema: Schema, isRequired: boolean): string {
  if (isRequired) return 'required';
  if (schema.default === undefined) return '–';
  const larger = typeof schema.default === 'number' ? inLargerUnit(schema.default, unitOf(name)) : undefined;
  return `\`${toml(schema.default)}\`${larger === undefined ? '' : ` (${larger})`}`;
}

/** The kind of value, its unit and its bounds, e.g. `whole number, milliseconds, 100 … 300_000`. */
function valueText(name: string, schema: Schema): string {
  const unit = unitOf(name);
  return [
    kindText(schema),
    ...(unit === undefined || schema.type === 'boolean' ? [] : [unit]),
    ...boundsOf(schema),
  ]
    .join(', ')
    .concat(formOf(schema));
}

const typeNames: Record<string, [one: string, many: string]> = {
  string: ['text', 'texts'],
  integer: ['whole number', 'whole numbers'],
  number: ['number', 'numbers'],
  boolean: ['`true` or `false`', 'truth values'],
  object: ['table', 'tables'],
  array: ['list', 'lists'],
};

function kindText(schema: Schema): string {
  const { anyOf, const: constant, type = '', items, patternProperties } = schema;
  if (constant !== undefined) return `\`${toml(constant)}\``;
  if (schema.isPath) return 'path';
  if (anyOf) return anyOf.map(kindText).join(' or ');
  if (type === 'array' && items)
    return items.anyOf ? `list of ${kindText(items)}` : `list of ${manyOf(items)}`;
  const [inner] = Object.values(patternProperties ?? {});
  if (inner) return `table of ${manyOf(inner)}`;
  return typeNames[type]?.[0] ?? type;
}

function manyOf({ type = '' }: Schema): string {
  return typeNames[type]?.[1] ?? type;
}

function boundsOf(schema: Schema): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minItems, maxItems, minLength, maxLength } =
    schema;
  return [
    range(minimum, maximum, ''),
    exclusiveMinimum === undefined ? '' : `above ${digits(exclusiveMinimum)}`,
    exclusiveMaximum === undefined ? '' : `below ${digits(exclusiveMaximum)}`,
    range(minItems, maxItems, ' entries'),
    range(minLength === 1 ? undefined : minLength, maxLength, ' characters'),
  ].filter((text) => text !== '');
}

function formOf({ form, items }: Schema): string {
  if (form !== undefined) return `: ${form}`;
  return items?.form === undefined ? '' : `, each ${items.form}`;
}

function range(from: number | undefined, to: number | undefined, what: string): string {
  if (from === undefined) return to === undefined ? '' : `at most ${digits(to)}${what}`;
  return to === undefined ? `at least ${digits(from)}${what}` : `${digits(from)} … ${digits(to)}${what}`;
}

function exampleText({ path, isList, listsAround, settings, further = [] }: SettingsTable): string {
  const lines = [...further, ...settings].map(({ name, schema }) => `${name} = ${toml(exampleOf(schema))}`);
  const header = path === '' ? [] : [...listsAround, headerOf(path, isList)];
  return [...header, ...lines].join('\n');
}

/** A value as TOML writes it in one line. */
function toml(value: unknown): string {
  if (typeof value === 'number') return digits(value);
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '""';
  const entries = Object.entries(value).map(
    ([key, item]) => `${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)} = ${toml(item)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Descriptions are written without capital and full stop where they follow a name. */
function sentence(text: string): string {
  if (text === '') return '';
  const first = /^[a-z]+[A-Z=]/.test(text) ? text.charAt(0) : text.charAt(0).toUpperCase();
  return `${first}${text.slice(1)}${/[.!?:]$/.test(text) ? '' : '.'}`;
}
