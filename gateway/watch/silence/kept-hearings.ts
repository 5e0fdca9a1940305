/**
 * The file in which it survives a restart which machines are heard, and how often: `hearings.json`, replaced as a whole.
 * JSON, about a hundred bytes a machine, and three hundred of one that is off at times:
 *
 *     {"format": "harbinger-hearings", "version": 1, "machines": [...], "check": 1}
 *
 * It is written some seconds after a machine has become known, else as seldom as baselines, and at a stop. What it lacks
 * after a kill is learnt again; what is told of silence does not depend on it, but on the open alerts. `check` is the
 * CRC-32 of the machines as JSON. Files of earlier builds do not say whether a machine was at rest. A file that is damaged, or of a newer version, is set aside or left, and logged.
 */
import { Type } from '@sinclair/typebox';
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { KeptList } from '../kept-lists/list-file.ts';
import type { SavedHearing } from './hearing.ts';

const withoutRest = [
  ...[Type.String(), Type.String(), Type.String(), Type.Number(), Type.Number(), Type.Boolean()],
  Type.Array(Type.Number({ minimum: 0 })),
] as const;
const pair = Type.Array(Type.Number(), { maxItems: 2 });
const learntRest = Type.Array(
  Type.Object({
    sensor: Type.String(),
    below: Type.Number({ minimum: 0 }),
    worksFrom: Type.Number({ minimum: 0 }),
    trembles: Type.Boolean(),
  }),
  { minItems: 1 },
);
const withoutHours = [...withoutRest, Type.Boolean(), pair, pair] as const;
/** The longest gap of its pace, and a byte for each hour of a week, in Base64. */
const hours = Type.Tuple([pair, Type.String({ maxLength: 224, pattern: '^[A-Za-z0-9+/]*=*$' })]);
const validate = compileValidator(
  Type.Object({
    format: Type.Literal('harbinger-hearings'),
    version: Type.Integer(),
    machines: Type.Array(
      Type.Union([
        Type.Tuple([...withoutHours, Type.Union([learntRest, Type.Null()]), hours]),
        Type.Tuple([...withoutHours, learntRest]),
        Type.Tuple([...withoutHours]),
        Type.Tuple([...withoutRest, Type.Boolean(), pair]),
        Type.Tuple([...withoutRest, Type.Boolean()]),
        Type.Tuple([...withoutRest]),
      ]),
    ),
    check: Type.Integer(),
  }),
);

const format: CheckedFormat<{ machines: SavedHearing[] }> = {
  format: 'harbinger-hearings',
  version: 1,
  validate: (value, problem) => ({
    machines: validate(value, problem).machines.map((saved) =>
      saved.length === 7 ? [...saved, false] : saved,
    ),
  }),
  covered: 'machines',
};

export const keptHearings: KeptList<SavedHearing> = {
  format,
  textOf: (saved) => JSON.stringify(saved),
  codes: {
    damaged: 'HEARINGS_DAMAGED',
    unreadable: 'HEARINGS_UNREADABLE',
    unwritable: 'HEARINGS_UNWRITABLE',
  },
  name: 'the rhythms of machines',
};
