/**
 * The file of the versions of models that judge: `models.json` in the data folder, replaced as a whole and synced.
 *
 *     {"format": "harbinger-models", "version": 1, "active": [...], "rolledBack": [...], "check": 1}
 *
 * `active` says of each machine type which version judges in place of the installed one, and which judged before. `rolledBack` names the documents that
 * are not followed any more, and why. `owed`, if there, has steps that were taken and are not recorded yet; `holds`, which versions go on to judge machines
 * for which a person has stopped rollouts. `check` is the CRC-32 of the two lists as JSON. Where the file is damaged, it is set
 * aside: what the cloud wants is followed, also what was rolled back, and is guarded anew.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import type { CheckedFormat } from '../../../shared/files/json/checked-file.ts';
import { type RecordFile, recordFile } from '../../../shared/files/json/record-file.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';

const Active = Type.Object({
  machineType: Type.String(),
  /** name@version. */
  model: Type.String(),
  /** Absent: the installed one. */
  before: Type.Optional(Type.String()),
  /** Kind, name and gateway of the document, and its version. */
  key: Type.String(),
  version: Type.Integer(),
  sinceMs: Type.Number(),
  /** It is not compared with the version before it any more. */
  isProven: Type.Optional(Type.Literal(true)),
  /** Cases in which a trial had shown it beside the version before, when it was promoted. */
  known: Type.Optional(
    Type.Object({ failed: ModelsCompared.properties.failed, vain: ModelsCompared.properties.vain }),
  ),
  /** It was promoted by what was seen of it, so it does not end with the document of its trial. */
  isOwn: Type.Optional(Type.Literal(true)),
  /** The document by which a person has said meanwhile what judges; absent: nobody has. */
  over: Type.Optional(Type.Object({ key: Type.String(), version: Type.Integer() })),
});
export type Active = Static<typeof Active>;

const RolledBack = Type.Object({
  key: Type.String(),
  version: Type.Integer(),
  model: Type.String(),
  atMs: Type.Number(),
  why: Type.String(),
});
export type RolledBack = Static<typeof RolledBack>;

const Owed = Type.Object({
  id: Type.String(),
  what: Type.Union([
    Type.Literal('active'),
    Type.Literal('promote'),
    Type.Literal('roll-back'),
    Type.Literal('prove'),
  ]),
  model: Type.String(),
  before: Type.Optional(Type.String()),
  atMs: Type.Number(),
  why: Type.Optional(Type.String()),
  override: Type.Optional(
    Type.Object({
      by: Type.String(),
      why: Type.String(),
      until: Type.Optional(Type.String()),
      document: Type.String(),
    }),
  ),
});

const Hold = Type.Object({
  /** The document of a person who has stopped rollouts for some machines, and its version. */
  key: Type.String(),
  version: Type.Integer(),
  /** Versions that judged each type in place of the installed ones then, and before; a type that is missing: the installed one did. */
  judged: Type.Array(Type.Pick(Active, ['machineType', 'model', 'before'])),
});
export type Hold = Static<typeof Hold>;

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-models'),
  version: Type.Literal(version),
  active: Type.Array(Active),
  rolledBack: Type.Array(RolledBack),
  /** Steps whose record may not be written yet; the checksum does not cover them. */
  owed: Type.Optional(Type.Array(Owed)),
  /** Versions that go on to judge some machines; the checksum does not cover them either. */
  holds: Type.Optional(Type.Array(Hold)),
  check: Type.Integer(),
});
export type ModelsContent = Pick<Static<typeof Content>, 'active' | 'rolledBack' | 'owed' | 'holds'>;
export type ModelsFile = RecordFile<ModelsContent>;

const format: CheckedFormat<ModelsContent> = {
  format: 'harbinger-models',
  version,
  validate: compileValidator(Content),
  covered: ['active', 'rolledBack'],
};

/** @throws HarbingerError MODELS_VERSION, MODELS_UNREADABLE, MODELS_UNWRITABLE */
export function modelsFile(path: string, log: Log): ModelsFile {
  return recordFile(path, format, log, {
    stage: 'intelligence',
    codes: {
      version: 'MODELS_VERSION',
      unreadable: 'MODELS_UNREADABLE',
      damaged: 'MODELS_DAMAGED',
      unwritable: 'MODELS_UNWRITABLE',
    },
    named: `the versions of models that judge, in ${path},`,
    ifNewer: 'move the file away; what the cloud wants is then followed anew, also what was rolled back',
    ifUnreadable: 'make the file readable, or move it away',
    ifDamaged: 'what the cloud wants is followed anew, also what was rolled back before, and is guarded anew',
    unwritten: '',
  });
}
