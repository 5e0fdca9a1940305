/**
 * The file in which it survives a kill of which machines late readings wait: `late.json`, replaced as a whole.
 *
 *     {"format": "harbinger-late", "version": 1, "machines": [["plant/pump-1", "journal", 812]], "check": 1}
 *
 * It is written when a machine begins to wait, and some seconds after what waits was judged; so not for each reading. A file that is
 * damaged, or of a newer version, is set aside or left, and logged.
 */
import { Type } from '@sinclair/typebox';
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { KeptList } from '../kept-lists/list-file.ts';
import type { SavedLate } from './late-notes.ts';

const format: CheckedFormat<{ machines: SavedLate[] }> = {
  format: 'harbinger-late',
  version: 1,
  validate: compileValidator(
    Type.Object({
      format: Type.Literal('harbinger-late'),
      version: Type.Integer(),
      machines: Type.Array(Type.Tuple([Type.String(), Type.String(), Type.Integer({ minimum: 0 })])),
      check: Type.Integer(),
    }),
  ),
  covered: 'machines',
};

export const keptLate: KeptList<SavedLate> = {
  format,
  textOf: (saved) => JSON.stringify(saved),
  codes: { damaged: 'LATE_DAMAGED', unreadable: 'LATE_UNREADABLE', unwritable: 'LATE_UNWRITABLE' },
  name: 'the machines of which late readings wait',
};
