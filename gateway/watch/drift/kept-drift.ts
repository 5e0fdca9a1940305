/**
 * The file in which it survives a restart how far the values of machines lie from those that models were trained on: `drift.json`,
 * replaced as a whole each hour and at a stop, up to 500 bytes a machine. What it lacks after a kill is learnt again. `check` is the
 * CRC-32 of the machines as JSON.
 */
import { Type } from '@sinclair/typebox';
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { KeptList } from '../kept-lists/list-file.ts';
import type { SavedInputs } from './machine-inputs.ts';

const format: CheckedFormat<{ machines: SavedInputs[] }> = {
  format: 'harbinger-drift',
  version: 1,
  validate: compileValidator(
    Type.Object({
      format: Type.Literal('harbinger-drift'),
      version: Type.Integer(),
      machines: Type.Array(
        Type.Object({
          key: Type.String(),
          model: Type.String(),
          lastMs: Type.Number({ minimum: 0 }),
          spanMs: Type.Number({ minimum: 0 }),
          total: Type.Number({ minimum: 0 }),
          sums: Type.Array(Type.Number(), { maxItems: 4 * 256 }),
        }),
      ),
      check: Type.Integer(),
    }),
  ),
  covered: 'machines',
};

export const keptDrift: KeptList<SavedInputs> = {
  format,
  textOf: (saved) => JSON.stringify(saved),
  codes: { damaged: 'DRIFT_DAMAGED', unreadable: 'DRIFT_UNREADABLE', unwritable: 'DRIFT_UNWRITABLE' },
  name: 'the inputs of models',
};
