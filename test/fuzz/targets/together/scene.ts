/** A part of the product, as it is before somebody asks. */
export interface Scene {
  /** By name: each resolves with what the caller is answered. */
  requests: Readonly<Record<string, () => Promise<unknown>>>;
  /** All that people can see afterwards. */
  state(): unknown;
}

/** @param disk resolves when something is written */
export type NewScene = (disk: () => Promise<void>) => Promise<Scene>;
