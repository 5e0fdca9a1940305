export const backendPreferences = ['auto', 'native', 'wasm', 'cpu'] as const;
export type BackendPreference = (typeof backendPreferences)[number];

/** TensorFlow.js's names: tfjs-node's native library, WebAssembly, plain JavaScript. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface ChosenBackend {
  name: BackendName;
  /** Why better backends were not chosen; empty if the first choice loaded. */
  unavailable: string[];
}
