import { contentOf } from '../contract/alert-content.ts';
import type { AlertEvent } from '../contract/events.ts';
import type { Notification } from './notifier.ts';

/**
 * Returns the address of the page about a notification: that of its machine, or of all alerts. @param page the public address of
 * the cloud's page; undefined, and so is the answer, if it is not known
 */
export function pageLink(page: string | undefined, notification: Notification): string | undefined {
  if (page === undefined) return undefined;
  const base = page.replace(/#.*$/, '').replace(/\/+$/, '');
  const all = `${base}/#/alerts`;
  if (notification.change === 'digest') return all;
  const { data, source } = notification.event as AlertEvent;
  const content = contentOf(data);
  if (!('prediction' in content)) return all;
  const { site, machine } = content.prediction;
  const gateway = /^\/gateways\/(.+)$/.exec(source)?.[1];
  const query = gateway === undefined ? '' : `?gateway=${encodeURIComponent(gateway)}`;
  return `${base}/#/machines/${encodeURIComponent(site)}/${encodeURIComponent(machine)}${query}`;
}
