/**
 * Decides the content of the frame around every view: whether data is live, the number of open alerts, and faults of
 * the cloud.
 */
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import { duration, time } from '../format.ts';
import type { Route } from '../router.ts';
import type { Connection } from '../state.ts';
import type { Alert, Status } from '../wire.ts';

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

const pills: Record<Connection, string> = { connecting: 'Connecting', live: 'Live', lost: 'Not live' };

export function shellModel({ connection, heardMs, silentMs, openAlerts }: ShellState): ShellModel {
  return {
    alertCount: openAlerts === 0 ? '' : String(openAlerts),
    pill: pills[connection],
    lost: connection === 'lost' ? lostModel(heardMs, silentMs) : null,
  };
}

function lostModel(heardMs: number | null, silentMs: number): ShellModel['lost'] {
  if (heardMs === null) return { text: 'No connection to Harbinger. Trying again…', age: '' };
  return {
    text: `Connection lost: what you see is as of ${time(heardMs)}. Trying again…`,
    age: `(${duration(silentMs)})`,
  };
}

export interface Notice {
  text: string;
  /** Follows the text; the sentence ends after it. */
  link: { text: string; href: string } | null;
}

export function noticesOf(status: Status): Notice[] {
  const notices: Notice[] = [];
  if (!status.ready) {
    const reasons = status.reasons.join('; ') || 'no reason given';
    notices.push({ text: `The cloud is not ready: ${reasons}.`, link: null });
  }
  if (status.notificationsDead) {
    notices.push({
      text: 'Some alerts could not be sent to their receivers. See ',
      link: { text: 'what was not delivered', href: 'api/notifications/dead' },
    });
  }
  return notices;
}

/** The link of the navigation that is marked as the current one. A machine's page belongs to the fleet. */
export function activeLink({ view }: Route): 'fleet' | 'alerts' | 'decisions' {
  return view === 'machine' ? 'fleet' : view;
}

/** The title in the browser's tab. The number of open critical alerts can be seen there from another tab. */
export function documentTitle(viewTitle: string, openAlerts: readonly Alert[]): string {
  const critical = openAlerts.filter((alert) => alertSaid(alert).severity === 'critical').length;
  return `${critical > 0 ? `(${critical}) ` : ''}${viewTitle} · Harbinger`;
}
