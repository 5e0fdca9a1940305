import type { TObject, TSchema } from '@sinclair/typebox';
import { liveSettings, startSettings } from '../../../../shared/contract/fleet/settings.ts';

/**
 * Settings that a cloud may change, with whether the gateway must start again for it. No others: whoever takes over a cloud must
 * not learn secrets by it, cut a gateway off, let others in, or have it trust another key.
 */
export const settable: ReadonlyMap<string, { atStart: boolean }> = new Map(
  [...liveSettings, ...startSettings].map((setting) => [
    setting,
    { atStart: startSettings.includes(setting) },
  ]),
);

/** The schema of a setting; undefined if there is none of this name. */
export function schemaAt(schema: TObject, setting: string): TSchema | undefined {
  let at: TSchema | undefined = schema;
  for (const name of setting.split('.')) at = (at as TObject | undefined)?.properties?.[name];
  return at;
}
