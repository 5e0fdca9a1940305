/**
 * Places that do not keep a rule yet. Nothing may be added here: a list gets shorter until it is empty, and then it goes.
 */

/** Folders with more source files than the limit. */
export const largeFolders: readonly string[] = [];

/** Circles of files, and between the files and sub-folders of a folder, as `folder: a b`. */
export const circles: readonly string[] = [];

/** Imports that break the layers, as `from → to`. */
export const imports: readonly string[] = [];

/** Files that start timers without the injected clock. */
export const timers: readonly string[] = [];
