import type { TObject, TSchema } from '@sinclair/typebox';

/** Settings that are read whenever they are needed, so that another value counts at once. */
const live = [
  ...[
    'updateMsMin',
    'updateLifeChange',
    'nowMsMin',
    'nowPerMinuteMax',
    'estimateMsMin',
    'sampleMs',
    'recordsPerMinuteMax',
    'flapping.returnMs',
    'flapping.holdMs',
    'flapping.holdMsMax',
  ].map((name) => `decisions.alerts.${name}`),
  ...[
    'promote',
    'readingsMin',
    'guardMsMin',
    'failuresMin',
    'failedShareMax',
    'agreementMin',
    'differenceMax',
    'alertsFactorMax',
  ].map((name) => `decisions.promotion.${name}`),
  ...['downloadBytesPerS', 'downloadBytesMax', 'downloadsMax'].map((name) => `models.${name}`),
];

/** Settings by which something is made when the gateway starts. */
const atStart = [
  ...['budgetMs', 'breaker.failures', 'breaker.halfOpenAfterMs', 'breaker.latencyShare'].map(
    (name) => `decisions.alerts.${name}`,
  ),
  ...['batchMax', 'intervalMsMin', 'requestMsMax', 'saveNormalsMs'].map((name) => `intelligence.${name}`),
];

/**
 * Settings that a cloud may change, with whether the gateway must start again for it. No others: whoever takes over a cloud must
 * not learn secrets by it, cut a gateway off, let others in, or have it trust another key.
 */
export const settable: ReadonlyMap<string, { atStart: boolean }> = new Map(
  [...live, ...atStart].map((setting) => [setting, { atStart: atStart.includes(setting) }]),
);

/** The schema of a setting; undefined if there is none of this name. */
export function schemaAt(schema: TObject, setting: string): TSchema | undefined {
  let at: TSchema | undefined = schema;
  for (const name of setting.split('.')) at = (at as TObject | undefined)?.properties?.[name];
  return at;
}

type Table = Record<string, unknown>;

export function valueAt(table: Table, setting: string): unknown {
  let at: unknown = table;
  for (const name of setting.split('.')) at = (at as Table | undefined)?.[name];
  return at;
}

/** Sets it in the table that the rooms of the gateway read. */
export function setAt(table: Table, setting: string, value: unknown): void {
  const names = setting.split('.');
  let at = table;
  for (const name of names.slice(0, -1)) at = at[name] as Table;
  at[names.at(-1)!] = value;
}
