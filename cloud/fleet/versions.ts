/**
 * Versions of documents: a newer wish has a higher one, wherever its gateways have the older one from. A version is the time at which it
 * was asked for, or above all that this cloud knows, and all that its gateways have said they have: a cloud that was put back to an
 * older state knows less than they do.
 */
import { type DesiredDocument, nameOfKey, sealOf } from '../../shared/contract/fleet/documents.ts';
import type { HeldEntry } from '../../shared/contract/fleet/exchange.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { FleetStore } from '../ports/fleet/fleet.ts';

/** A gateway may not push the versions of everybody farther ahead than this. */
const heardAheadMsMax = 366 * 86_400_000;
/** Above the others by a random step, so that a version which was lost with a newer state is not given a second time. */
const stepMax = 1_000;

export class Versions {
  private readonly deps: { store: FleetStore; clock: Clock; random: Random };
  private heardVersion = 0;

  constructor(deps: { store: FleetStore; clock: Clock; random: Random }) {
    this.deps = deps;
  }

  /** Takes note of what a gateway says that it has. */
  hear(gateway: string, have: readonly HeldEntry[]): void {
    const versionMax = this.deps.clock.nowMs() + heardAheadMsMax;
    for (const [key, version] of have) {
      const name = nameOfKey(key);
      const isNewest = version > this.heardVersion && version <= versionMax;
      if (isNewest && name && isFor(gateway, name)) this.heardVersion = version;
    }
  }

  /** A document with the next version, which is above all others and above `than`, and its seal. */
  issued(
    content: Omit<DesiredDocument, 'version' | 'seal' | 'askedMs'> & { askedMs?: number },
    than = 0,
  ): DesiredDocument {
    const { store, clock, random } = this.deps;
    const nowMs = clock.nowMs();
    const versions = store.all().map(({ version }) => version);
    const newest = Math.max(than, store.forgottenVersion, this.heardVersion, ...versions);
    const version = nowMs > newest ? nowMs : newest + 1 + Math.floor(random.next() * stepMax);
    const document = { askedMs: nowMs, ...content, version };
    return { ...document, seal: sealOf(store.secret, document) };
  }
}

export const isFor = (gateway: string, document: { gateway?: string }) =>
  document.gateway === undefined || document.gateway === gateway;
