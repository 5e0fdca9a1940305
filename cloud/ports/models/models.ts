/** The interfaces of the registry of models: what a cloud has for its gateways. */
import type { ModelManifest } from '../../../shared/model/manifest.ts';
import type { ContentFile } from '../../../shared/model/trust/contents.ts';
import type { Signature } from '../../../shared/model/trust/signature.ts';

export interface RegistryRef {
  name: string;
  version: string;
}

export interface RegisteredModel extends RegistryRef {
  machineType: string;
  contractHash: string;
  /** SHA-256 of all that it consists of. */
  digest: string;
  /** The name that its signer has given to the key, and the key. */
  key: string;
  fingerprint: string;
  /** Bytes of its bundle, and their SHA-256. */
  bytes: number;
  sha256: string;
  /** ms since 1970. */
  pushedMs: number;
}

export interface ModelDetails extends RegisteredModel {
  manifest: ModelManifest;
  files: readonly ContentFile[];
  card: string | null;
  signature: Signature;
}

export interface ModelRegistry {
  /** By name, and the newest version of each first. */
  list(): RegisteredModel[];
  /** Null if it has none. @throws HarbingerError REGISTRY_UNREADABLE */
  details(ref: RegistryRef): Promise<ModelDetails | null>;
  /** The bundle as it was pushed; null if it has none. @throws HarbingerError REGISTRY_UNREADABLE */
  bundle(ref: RegistryRef): Promise<Buffer | null>;
  /** Keeps a bundle; durable when resolved. @throws HarbingerError REGISTRY_*, MODEL_REFUSED_* */
  push(bundle: Buffer): Promise<RegisteredModel & { isNew: boolean }>;
  /** False if it has none. */
  remove(ref: RegistryRef): Promise<boolean>;
}

/** Hands out what gateways fetch. */
export interface ModelChunks {
  /** The answer to what a gateway has asked, as it is sent. Null if it is not understood. Never throws. */
  answer(asked: Buffer): Promise<Buffer | null>;
}
