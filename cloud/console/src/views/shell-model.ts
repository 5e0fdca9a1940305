/**
 * Decides the content of the frame around every view: whether data is live, the number of open alerts, and faults of
 * the cloud.
 */
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import type { Route } from '../address/router.ts';
import { duration, time } from '../format.ts';
import type { Connection } from '../state.ts';
import type { Alert, Status } from '../wire.ts';
import { texts } from '../words/words.ts';

export interface ShellModel {
  /** Empty without open alerts. */
  alertCount: string;
  pill: string;
  /** Null while there is a connection, or one is being made for the first time. */
  lost: { text: string; age: string } | null;
}

export interface ShellState {
  connection: Connection;
  /** When the server was last heard, in ms since 1970; null before the first message. */
  heardMs: number | null;
  silentMs: number;
  openAlerts: number;
}

export function shellModel({ connection, heardMs, silentMs, openAlerts }: ShellState): ShellModel {
  return {
    alertCount: openAlerts === 0 ? '' : String(openAlerts),
    pill: texts().frame.pills[connection],
    lost: connection === 'lost' ? lostModel(heardMs, silentMs) : null,
  };
}

function lostModel(heardMs: number | null, silentMs: number): ShellModel['lost'] {
  if (heardMs === null) return { text: texts().frame.lostBefore, age: '' };
  return {
    text: texts().frame.lostSince(time(heardMs)),
    age: `(${duration(silentMs)})`,
  };
}

export interface Notice {
  text: string;
  /** Follows the text; the sentence ends after it. */
  link: { text: string; href: string } | null;
}

export function noticesOf(status: Status): Notice[] {
  const words = texts().frame;
  const notices: Notice[] = [];
  if (!status.ready) {
    const reasons = status.reasons.join('; ') || words.noReason;
    notices.push({ text: words.notReady(reasons), link: null });
  }
  if (status.notificationsDead) {
    notices.push({
      text: words.undelivered,
      link: { text: words.undeliveredLink, href: '#/inbox' },
    });
  }
  return notices;
}

/** The links of the navigation, in their order. */
export const viewLinks = [
  { view: 'fleet', href: '#/' },
  { view: 'alerts', href: '#/alerts' },
  { view: 'gateways', href: '#/gateways' },
  { view: 'inbox', href: '#/inbox' },
  { view: 'models', href: '#/models' },
  { view: 'settings', href: '#/settings' },
  { view: 'audit', href: '#/audit' },
] as const;

/** The link of the navigation that is marked as the current one. A machine's page belongs to the fleet, decisions to models. */
export function activeLink({ view }: Route): (typeof viewLinks)[number]['view'] {
  if (view === 'machine') return 'fleet';
  return view === 'decisions' ? 'models' : view;
}

/** The title in the browser's tab. The number of open critical alerts can be seen there from another tab. */
export function documentTitle(viewTitle: string, openAlerts: readonly Alert[]): string {
  const critical = openAlerts.filter((alert) => alertSaid(alert).severity === 'critical').length;
  return `${critical > 0 ? `(${critical}) ` : ''}${viewTitle} · Harbinger`;
}
