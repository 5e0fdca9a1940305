import type { FollowedKind, FollowedModels } from '../../../ports/fleet/fleet.ts';

/** Documents that say which version of a model judges, and which run beside; what that means is known to gateway/models. */
export function modelsKind(models: FollowedModels): FollowedKind {
  return {
    kind: 'models',
    problem: (body) => models.problem(body),
    apply: (documents) => models.apply(documents),
    prepare: (documents) => models.prepare(documents),
    waits: (document) => models.waits(document),
    onReady: (listener) => models.onReady(listener),
  };
}
