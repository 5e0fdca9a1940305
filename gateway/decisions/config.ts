/** The table `[decisions]`, derived from the registry of decisions. */
import { Type } from '@sinclair/typebox';
import { tables } from '../../shared/parts/config.ts';
import { type Configured, configuredTables } from '../../shared/parts/registry.ts';
import { decisions } from './decisions.ts';

export const DecisionsConfig = Type.Object(tables(decisions), {
  additionalProperties: false,
  default: {},
  description:
    'What the gateway decides by itself. Settings of `[decisions.alerts]` may stand in this table directly.',
});

/** Moves the settings of alerts that are directly in `[decisions]`, where they were before there were kinds. */
export function withKindsWrittenOut(table: unknown): unknown {
  if (!isTable(table)) return table;
  const kinds: readonly string[] = decisions.map(({ kind }) => kind);
  const entries = Object.entries(table);
  const direct = entries.filter(([name]) => !kinds.includes(name));
  if (direct.length === 0) return table;
  const { alerts = {} } = table;
  if (!isTable(alerts)) return table;
  const named = Object.fromEntries(entries.filter(([name]) => kinds.includes(name)));
  return { ...named, alerts: { ...Object.fromEntries(direct), ...alerts } };
}

export function decisionsIn(table: Readonly<Record<string, unknown>>): Configured[] {
  return configuredTables(decisions, table, 'decisions');
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
