/**
 * The durable state of the alert decision: `alerts.json`, replaced atomically (written beside, synced, renamed, folder
 * synced). JSON, a few hundred bytes per open prediction:
 *
 *     {"format": "harbinger-alerts", "version": 1, "open": [...], "held": [...], "pending": [...], "check": 1}
 *
 * It is written before the events it refers to are journalled; these are in `pending`, with their final ids. After a
 * crash between the two they are resent under the same ids, and the cloud stores them once, so a restart neither opens
 * a second prediction nor loses one. It is written when a prediction opens, rises in severity or ends, and when what
 * is damped has changed (damping-saves.ts). An update of remaining life alone is not worth a write: at worst it is sent again, as a new
 * update. `check` is the CRC-32 of the
 * three lists as JSON (files of earlier versions have none), because a changed id would leave a prediction open in the
 * cloud for ever. A damaged file is set aside as `alerts.json.damaged`, a second one as `alerts.json.damaged-2`, and
 * logged; open predictions are then opened again, and the cloud ends those of before (`record.begun`). So it is without a file:
 * the gateway may be new, but it may also have a new disk, or a data folder that was restored without it.
 */

import { type Static, Type } from '@sinclair/typebox';
import { ChangeSeq } from '../../../../shared/contract/alerts/change-seq.ts';
import { Closed } from '../../../../shared/contract/alerts/closed.ts';
import { Muted } from '../../../../shared/contract/alerts/muted.ts';
import {
  Assessment,
  checkEvent,
  EstimateSource,
  type HarbingerEvent,
  RemainingLife,
} from '../../../../shared/contract/events.ts';
import { type CheckedFormat, checkedText, readChecked } from '../../../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../../../shared/files/replace.ts';
import { HarbingerError, messageOf } from '../../../../shared/runtime/errors.ts';
import type { Log } from '../../../../shared/runtime/log.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import { isFaultMode } from './faults/fault-modes.ts';

/** The name under which a hold of limits is saved; no failure mode has such a name. */
export const limitsFailureMode = '(limits)';
/** The same for what is known of a machine's silence. */
export const silenceFailureMode = '(silence)';
/** The same for a hold of faults of sensors. */
export const faultsFailureMode = '(faults)';

const Severity = Type.Union([Type.Literal('warning'), Type.Literal('critical')]);

const SavedCause = Type.Object({
  failureMode: Type.String(),
  kind: Type.Union([
    Type.Literal('limit'),
    Type.Literal('estimate'),
    Type.Literal('fault'),
    Type.Literal('silence'),
  ]),
  severity: Severity,
  source: Type.Union([EstimateSource, Type.Null()]),
});
export type SavedCause = Static<typeof SavedCause>;

const SavedLimit = Type.Object({
  sensor: Type.String(),
  side: Type.Union([Type.Literal('high'), Type.Literal('low')]),
  severity: Severity,
  at: Type.Number(),
  value: Type.Union([Type.Number(), Type.Null()]),
  sinceMs: Type.Number(),
  backMs: Type.Optional(Type.Number()),
});

export const OpenPrediction = Type.Object({
  predictionId: Type.String(),
  site: Type.String(),
  machine: Type.String(),
  machineType: Type.String(),
  failureMode: Type.String(),
  severity: Severity,
  openedAtMs: Type.Number({ description: 'time of the reading that opened it' }),
  sinceMs: Type.Optional(
    Type.Number({ description: 'since when it has been so; absent: since it was opened' }),
  ),
  lifeAtOpening: Type.Union([RemainingLife, Type.Null()]),
  assessment: Assessment,
  /** Absent in files of earlier versions, in which each prediction has one cause. */
  causes: Type.Optional(Type.Array(SavedCause, { minItems: 1 })),
  /** The limits that are met, if they are among the causes. */
  limits: Type.Optional(Type.Array(SavedLimit)),
  seq: Type.Optional(ChangeSeq),
  /** That its machine is muted, as it was told last. */
  muted: Type.Optional(Muted),
  /** Why it is so, as it was told last. */
  reasons: Type.Optional(Type.Array(Type.String())),
  /** The machine has become silent, and it was told that nobody knows whether this still holds. */
  isUnsure: Type.Optional(Type.Literal(true)),
});
export type OpenPrediction = Static<typeof OpenPrediction>;

/** One that a person has closed, and of which a cause goes on. */
const ClosedPrediction = Type.Object({ ...OpenPrediction.properties, closed: Closed });
export type ClosedPrediction = Static<typeof ClosedPrediction>;

const Held = Type.Object({
  site: Type.String(),
  machine: Type.String(),
  failureMode: Type.String(),
  estimatesLeft: Type.Union([Type.Integer(), Type.Null()]),
  source: Type.Optional(Type.Union([EstimateSource, Type.Null()])),
  toMs: Type.Optional(Type.Number()),
  /** Sensors that must be well before a fault of theirs counts. */
  sensors: Type.Optional(Type.Array(Type.String())),
});
export type Held = Static<typeof Held>;

const SavedDamping = Type.Object({
  site: Type.String(),
  machine: Type.String(),
  failureMode: Type.String(),
  /** The sensor of a limit or a fault, or one that shows what is unusual: each is damped by itself. Files of earlier versions have one for all of a machine. */
  sensor: Type.Optional(Type.String()),
  returns: Type.Integer({ minimum: 0 }),
  /** When its end was told last; 0 if it has returned since. */
  fellMs: Type.Number(),
  /** The longest time for which it was away before it returned; absent in files of earlier versions, and if it is not known. */
  awayMs: Type.Optional(Type.Number({ minimum: 0 })),
  /** The limit that was met last, and how deep inside it the value was before it returned (depth.ts). */
  depth: Type.Optional(
    Type.Object({
      side: Type.Union([Type.Literal('high'), Type.Literal('low')]),
      at: Type.Number(),
      dip: Type.Number(),
      /** The same by mode, and the modes in which it was beyond; absent if none was known. */
      modes: Type.Optional(Type.Record(Type.String(), Type.Number())),
      beyondIn: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  /** A level below the one that was told, and since when: that waits to be told. */
  lower: Type.Optional(
    Type.Object({
      wanted: Type.Union([Type.Literal(0), Type.Literal(1)]),
      sinceMs: Type.Number(),
      lookedMs: Type.Number(),
      reasons: Type.Array(Type.String()),
    }),
  ),
});
export type SavedDamping = Static<typeof SavedDamping>;

/** An alert that a person wants to be open, and the document by which it is so. */
const SavedForced = Type.Object({
  prediction: OpenPrediction,
  by: Type.Object({
    key: Type.String(),
    version: Type.Integer(),
    who: Type.String(),
    why: Type.String(),
    untilMs: Type.Optional(Type.Number()),
    site: Type.String(),
    machine: Type.String(),
    machineType: Type.String(),
    severity: Severity,
    askedMs: Type.Number(),
  }),
  /** It is over, although its document goes on. */
  isOver: Type.Optional(Type.Literal(true)),
});
export type SavedForced = Static<typeof SavedForced>;

const Snapshot = Type.Object({
  format: Type.Literal('harbinger-alerts'),
  version: Type.Literal(1),
  open: Type.Array(OpenPrediction),
  held: Type.Array(Held),
  pending: Type.Array(Type.Unknown()),
  /** Not covered by `check`, because earlier versions do not know it; if it is wrong, alerts are damped otherwise. */
  damped: Type.Optional(Type.Array(SavedDamping)),
  /** Nor is this: if it is wrong, what was closed opens anew, or does not. */
  closed: Type.Optional(Type.Array(ClosedPrediction)),
  /** Nor is this: each follows from its document, and is told once more if it is wrong. */
  forced: Type.Optional(Type.Array(SavedForced)),
  check: Type.Optional(Type.Integer()),
});

export function causesOf({ causes, failureMode, severity, assessment }: OpenPrediction): SavedCause[] {
  const kind = isFaultMode(failureMode) ? 'fault' : 'estimate';
  return causes ?? [{ failureMode, kind, severity, source: assessment.source }];
}

export interface AlertSnapshot {
  open: OpenPrediction[];
  /** Alerts that were closed by hand, as long as a cause of theirs goes on. */
  closed: ClosedPrediction[];
  held: Held[];
  pending: HarbingerEvent[];
  /** Causes that have returned or may return. */
  damped: SavedDamping[];
  forced: SavedForced[];
}

export interface SnapshotFile {
  /** Returns the last saved state; empty if there is none, or if it was damaged: it `isNew` then. */
  load(): Promise<AlertSnapshot & { isNew: boolean }>;
  /** Durable when resolved. @throws HarbingerError ALERT_STATE_UNWRITABLE */
  save(snapshot: AlertSnapshot): Promise<void>;
}

const validate = compileValidator(Snapshot);

const format: CheckedFormat<AlertSnapshot> = {
  format: 'harbinger-alerts',
  version: 1,
  validate(value, problem) {
    const { open, held, pending, damped = [], closed = [], forced = [] } = validate(value, problem);
    return { open, held, pending: pending.map(checkEvent), damped, closed, forced };
  },
  covered: ['open', 'held', 'pending'],
};

export function snapshotFile(path: string, log: Log): SnapshotFile {
  return {
    async load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return { ...file.content, isNew: false };
      if (file.found === 'newer')
        throw new HarbingerError(
          'ALERT_STATE_VERSION',
          'decision',
          `alert state ${path} has format ${file.version}, and this version of Harbinger knows ${format.version}: start the ` +
            'version that wrote it, or move the file away; predictions that are open will be opened again then',
        );
      if (file.found === 'unreadable')
        throw new HarbingerError(
          'ALERT_STATE_UNREADABLE',
          'decision',
          `alert state ${path} cannot be read: ${file.problem}`,
        );
      if (file.found === 'damaged') {
        const { aside, problem } = file;
        log.error(
          { code: 'ALERT_STATE_DAMAGED', path, aside, problem },
          'alert state is damaged and was set aside; open predictions will be opened again',
        );
      }
      return { open: [], closed: [], held: [], pending: [], damped: [], forced: [], isNew: true };
    },
    async save(snapshot) {
      try {
        await replaceFile(path, checkedText(format, snapshot), { mode: 0o600 });
      } catch (error) {
        throw new HarbingerError(
          'ALERT_STATE_UNWRITABLE',
          'decision',
          `alert state ${path} cannot be written: ${messageOf(error)}`,
          { retry: true, cause: error },
        );
      }
    },
  };
}
