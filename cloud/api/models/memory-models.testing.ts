import type { ModelRegistry } from '../../ports/models/models.ts';

/** A registry without models. */
export function createMemoryModels(): ModelRegistry {
  return {
    list: () => [],
    details: async () => null,
    bundle: async () => null,
    push: () => Promise.reject(new Error('not here')),
    remove: async () => false,
  };
}
