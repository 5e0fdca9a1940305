/**
 * The file of what the site is owed: `site-notices.json` in the data folder, replaced as a whole.
 *
 *     {"format": "harbinger-site-notices", "version": 1, "alerts": [...], "owed": [...], "check": 1}
 *
 * A damaged file is set aside and logged: alerts that are open are then told again.
 */
import { type Static, Type } from '@sinclair/typebox';
import { ConditionData } from '../../shared/contract/condition.ts';
import { checkEvent, Prediction } from '../../shared/contract/events.ts';
import { type CheckedFormat, checkedText, readChecked } from '../../shared/files/json/checked-file.ts';
import { replaceFile } from '../../shared/files/replace.ts';
import { DigestEvent } from '../../shared/notifiers/digest.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import type { DeadNotice } from './dead-notices.ts';
import type { OwedTo } from './debt.ts';
import type { FollowedAlert } from './open-alerts.ts';

const Waits = {
  attempts: Type.Integer({ minimum: 0 }),
  nextAttemptMs: Type.Number(),
  lastError: Type.Union([Type.String(), Type.Null()]),
};
const Change = Type.Union([Type.Literal('opened'), Type.Literal('updated'), Type.Literal('resolved')]);

const Alert = Type.Object({
  alertId: Type.String(),
  content: Type.Union([Type.Object({ prediction: Prediction }), Type.Object({ condition: ConditionData })]),
  eventId: Type.String(),
  updatedAt: Type.String(),
  told: Type.Array(Type.String()),
});

const Owed = Type.Object({
  alertId: Type.String(),
  notification: Type.Object({
    ...{ key: Type.String(), notifier: Type.String(), change: Change, event: Type.Unknown() },
    ...Waits,
  }),
  events: Type.Array(Type.String()),
});

const Dead = Type.Object({
  alertId: Type.String(),
  events: Type.Array(Type.String()),
  atMs: Type.Number(),
  reason: Type.String(),
  notification: Type.Object({
    ...{ key: Type.String(), notifier: Type.String(), event: Type.Unknown() },
    change: Type.Union([Change, Type.Literal('digest')]),
    ...Waits,
  }),
});

const To = Type.Object({
  notifier: Type.String(),
  owed: Type.Array(Owed),
  digest: Type.Union([
    Type.Object({ number: Type.Integer(), sinceMs: Type.Number(), resolved: Type.Integer(), ...Waits }),
    Type.Null(),
  ]),
  named: Type.Optional(
    Type.Array(
      Type.Object({
        alertId: Type.String(),
        change: Change,
        events: Type.Array(Type.String()),
        subject: Type.Optional(Type.String()),
      }),
    ),
  ),
  digests: Type.Integer(),
});

const version = 1;
const Content = Type.Object({
  format: Type.Literal('harbinger-site-notices'),
  version: Type.Literal(version),
  alerts: Type.Array(Alert),
  owed: Type.Array(To),
  /** Not covered by `check`, because earlier versions do not know it. */
  dead: Type.Optional(Type.Array(Dead)),
  check: Type.Integer(),
});

export interface NoticesContent {
  alerts: FollowedAlert[];
  owed: OwedTo[];
  dead: DeadNotice[];
}

const validate = compileValidator(Content);

const format: CheckedFormat<NoticesContent> = {
  format: 'harbinger-site-notices',
  version,
  validate(value, problem) {
    const { alerts, owed, dead = [] } = validate(value, problem);
    const checked = owed.map((to) => ({
      ...to,
      owed: to.owed.map((each) => {
        return {
          ...each,
          notification: { ...each.notification, event: checkEvent(each.notification.event) },
        };
      }),
    }));
    return { alerts, owed: checked, dead: dead.map(checkDead) };
  },
  covered: ['alerts', 'owed'],
};

const checkDigest = compileValidator(DigestEvent);

function checkDead({ notification, ...dead }: Static<typeof Dead>): DeadNotice {
  const { change, event, ...waits } = notification;
  if (change === 'digest')
    return {
      ...dead,
      notification: { ...waits, change, event: checkDigest(event, (text) => new Error(text)) },
    };
  return { ...dead, notification: { ...waits, change, event: checkEvent(event) } };
}

export interface NoticesFile {
  /** @throws HarbingerError SITE_NOTICES_UNREADABLE */
  load(): NoticesContent;
  /** Durable when resolved. @throws system errors */
  save(content: NoticesContent): Promise<void>;
}

export function noticesFile(path: string, log: Log): NoticesFile {
  return {
    load() {
      const file = readChecked(path, format);
      if (file.found === 'yes') return file.content;
      if (file.found === 'newer' || file.found === 'unreadable') {
        const problem =
          file.found === 'newer'
            ? `it has format ${file.version}, and this version of Harbinger knows ${version}`
            : file.problem;
        throw new HarbingerError(
          'SITE_NOTICES_UNREADABLE',
          'alerts',
          `what the site has been told, in ${path}, cannot be read: ${problem}; make the file readable, or move it away: then what is open is told again`,
        );
      }
      if (file.found === 'damaged')
        log.error(
          { code: 'SITE_NOTICES_DAMAGED', path, aside: file.aside, problem: file.problem },
          'what the site has been told is lost: alerts that are open are told again by the notifiers of this gateway',
        );
      return { alerts: [], owed: [], dead: [] };
    },
    save: (content) => replaceFile(path, checkedText(format, content), { mode: 0o600 }),
  };
}

/** For a log line. */
export const unsavedText = (error: unknown) =>
  `what the site has been told could not be kept (${messageOf(error)}): after a restart it may be told twice`;
