/** Rules about what brokers and equal readings do to a sensor's messages. */
import type { RunParts } from './run-parts.ts';

/**
 * Checks the number of a sensor's readings that are equal. On one connection each is stored; at another one, those of one
 * round of the running number and those that were sent again may be taken for resends.
 */
export function checkConstant({ ledger, cloud, gateway, sensors }: RunParts): void {
  if (gateway.disk.flips.segment > 0 || gateway.logCounts.dropped.size > 0 || gateway.logCounts.uncounted > 0)
    return;
  for (const { plan, index, connections } of sensors) {
    if (!plan.constant) continue;
    const sent = ledger.sent.filter(({ sensor }) => sensor === index);
    const stored = cloud.store.found.get(sent[0]?.n ?? -1)?.size ?? 0;
    const acked = sent.filter((each) => each.acked).length;
    const handed = sent.reduce((sum, each) => sum + each.handed, 0);
    const mayLack = Math.max(0, connections - 1) * (plan.window + plan.seqModulo);
    if (stored >= acked - mayLack && stored <= handed) continue;
    const counts = `${stored} stored, ${acked} acknowledged, ${handed} handed over, ${connections} connections`;
    ledger.broken('equal readings of one connection are stored one by one', `sensor ${index}: ${counts}`);
  }
}

/**
 * Checks that the broker hands a QoS 2 message over once in each of its lives, in a session that both sides keep, and
 * again only if it could not be stored.
 */
export function checkHandedOnce({ ledger, gateway }: RunParts): void {
  for (const sent of ledger.sent) {
    const { plan, handed, refused } = sent;
    if (plan?.qos !== 2 || plan.clean || plan.clientId === 'shared') continue;
    if (handed > gateway.starts + refused)
      ledger.broken('a QoS 2 message is handed over once', ledger.describe(sent));
  }
}
