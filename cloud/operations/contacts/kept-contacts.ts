import type { ContactStore, KeptContact } from '../../ports/contacts/contacts.ts';
import { CachedTable } from '../cached-table.ts';
import type { Store } from '../database.ts';

/** Keeps when gateways were heard. */
export function keptContacts(store: Store, transaction: (change: () => void) => Promise<void>): ContactStore {
  const table = new CachedTable<KeptContact>(store, 'contacts');
  return {
    load: () => new Map(table.entries()),
    save: (changed) =>
      transaction(() => {
        for (const [gateway, contact] of changed) table.put(gateway, contact);
      }),
  };
}
