export const backendPreferences = ['auto', 'native', 'wasm', 'cpu'] as const;
export type BackendPreference = (typeof backendPreferences)[number];

/** As TensorFlow.js names them: tfjs-node's native library, WebAssembly, plain JavaScript. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface ChosenBackend {
  name: BackendName;
  /** Why better ones were not taken; empty when the first choice loaded. */
  passedOver: string[];
}
