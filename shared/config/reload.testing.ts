import type { ConfigAdmin } from './reload.ts';

/** A configuration that never differs. */
export const sameConfig: ConfigAdmin = {
  compare: () => ({ inForce: [], afterRestart: [] }),
  reload: () => ({ inForce: [], afterRestart: [], problems: [] }),
};
