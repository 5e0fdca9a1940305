import type { KeptConditions, KeptState } from '../../../shared/conditions/open-conditions.ts';
import type { AlertStates } from '../../ports/alerts.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';

const key = 'state';

/**
 * Keeps what the cloud itself has found wrong and told. The alerts alone do not say it: one that was closed by hand goes on,
 * and is told again only when its cause has ended and begins anew.
 */
export function keptConditions(
  store: Store,
  alerts: AlertStates,
  transaction: (change: () => void) => Promise<void>,
): KeptConditions {
  const table = new CachedTable<KeptState>(store, 'conditions');
  return {
    load() {
      const { open, pending } = table.get(key) ?? { open: [], pending: null };
      // An open alert that was not kept, for example by an earlier version, needs somebody who ends it.
      const byId = new Map(open.map((each) => [each.conditionId, each]));
      for (const alert of alerts.all('open'))
        if ('condition' in alert && alert.gateway === '') byId.set(alert.alertId, alert.condition);
      return { open: [...byId.values()], pending };
    },
    save: (state) => transaction(() => table.put(key, state)),
  };
}
