/**
 * Rollouts (cloud/updates): takes an update with stages from one part of the fleet to the next, and halts it where a gateway could not
 * follow. It changes the document and nothing else: what a gateway does is its business (gateway/fleet/kinds/updates).
 */
import { isTurnOf, type UpdatesBody } from '../../shared/contract/fleet/updates.ts';
import { shareAt } from '../../shared/contract/models/share-of.ts';
import { type Clock, RegularLook } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { FleetAdmin, ShownDocument } from '../ports/fleet/fleet.ts';

const lookMs = 10_000;

export interface RolloutDeps {
  fleet: Pick<FleetAdmin, 'list' | 'set'>;
  gateways: readonly string[];
  clock: Clock;
  log: Log;
}

/** Goes on where a stage is done, and halts where one has failed, again and again. */
export class Rollouts extends RegularLook {
  private readonly deps: RolloutDeps;

  constructor(deps: RolloutDeps) {
    super(deps.clock, lookMs, () => this.goOn());
    this.deps = deps;
  }

  private async goOn(): Promise<void> {
    const { fleet, gateways, log } = this.deps;
    for (const document of fleet.list('updates')) {
      if (document.isOver || document.gateway !== undefined) continue;
      const next = nextOf(document, gateways);
      if (!next) continue;
      const { kind, name, who, why, untilMs, version: inPlaceOf } = document;
      const until = untilMs === undefined ? {} : { untilMs };
      try {
        // A person may have changed or removed it since it was read.
        await fleet.set({ kind, name, who, why, ...until, inPlaceOf, body: { ...next } });
      } catch (error) {
        log.warn(
          { problem: messageOf(error) },
          'an update cannot go on to its next stage yet; it is tried again',
        );
        continue;
      }
      const { system, share, halted } = next;
      if (halted === undefined) log.info({ system, share }, 'an update goes on to its next stage');
      else log.error({ code: 'UPDATE_HALTED', system, problem: halted }, 'an update was halted');
    }
  }
}

/** The content that the document is to have next; null if it is to stay as it is. */
function nextOf({ body, gateways: standings, version }: ShownDocument, gateways: readonly string[]) {
  const update = body as UpdatesBody;
  const { stages, share = 0, halted } = update;
  if (!stages || halted !== undefined || gateways.length === 0) return null;
  const begun = { ...update, share };
  const concerned = standings.filter(({ gateway }) => isTurnOf(gateway, begun));
  const failed = concerned.find(({ state, version: told }) => told === version && state === 'refused');
  if (failed) return { ...update, halted: `${failed.gateway}: ${failed.differs ?? 'refused'}`.slice(0, 400) };
  const isDone = concerned.every(({ state, version: told }) => told === version && state === 'in-force');
  if (!isDone) return null;
  const next = stages.map((part) => shareOf(part, gateways)).find((each) => each > share);
  return next === undefined ? null : { ...update, share: next };
}

/** A share that has so great a part of these gateways, and at least one. */
function shareOf(part: number, gateways: readonly string[]): number {
  const places = gateways.map(shareAt).sort((a, b) => a - b);
  const count = Math.max(1, Math.ceil(part * places.length));
  if (count >= places.length) return 1;
  return (places[count - 1]! + places[count]!) / 2;
}
