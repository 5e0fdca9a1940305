import { isEventOf } from '../../shared/contract/events.ts';
import { type ModelRef, parsedRef } from '../../shared/contract/models/model-ref.ts';
import type { FleetAdmin } from '../ports/fleet/fleet.ts';
import type { EventHistory } from '../ports/history.ts';
import type { ModelRegistry } from '../ports/models/models.ts';

const pageMax = 500;

export interface OldCandidatesDeps {
  events: EventHistory;
  registry: Pick<ModelRegistry, 'remove'> & { find(ref: ModelRef): object | null };
  fleet: Pick<FleetAdmin, 'wanted'>;
}

/**
 * Removes from the registry what retraining has pushed and was worse, but the newest ones of a machine type, and what somebody wants at a
 * gateway. Returns what went.
 */
export async function removeWorse(
  { events, registry, fleet }: OldCandidatesDeps,
  machineType: string,
  keptMax: number,
): Promise<string[]> {
  const inUse = new Set(
    [...fleet.wanted('models'), ...fleet.wanted('overrides')].flatMap(({ body: { model, before } }) => [
      model,
      before,
    ]),
  );
  const removed: string[] = [];
  let kept = 0;
  for (const model of worse(events, machineType)) {
    const ref = parsedRef(model);
    if (!ref || inUse.has(model) || !registry.find(ref)) continue;
    if (kept++ < keptMax) continue;
    if (await registry.remove(ref)) removed.push(model);
  }
  return removed;
}

/** Candidates that were worse and are in the registry, the newest first. */
function* worse(events: EventHistory, machineType: string): Generator<string> {
  let before: string | undefined;
  do {
    const page = events.page({ limit: pageMax, ...(before !== undefined && { before }) });
    for (const event of page.items) {
      if (!isEventOf(event, 'io.harbinger.training.ended.v1')) continue;
      const { model, isPushed, isNotWorse, machineType: of } = event.data;
      if (model !== undefined && isPushed && !isNotWorse && of === machineType) yield model;
    }
    before = page.next ?? undefined;
  } while (before !== undefined);
}
