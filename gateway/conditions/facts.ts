import type { CertificateFacts } from '../../shared/conditions/certificates.ts';
import type { ClockFacts } from '../../shared/conditions/clock.ts';
import type { DiskFacts } from '../../shared/conditions/disk-space.ts';
import type { NotifierFacts } from '../../shared/conditions/notifier.ts';
import type { PeerState } from '../ports/source.ts';
import type { ModelDrift } from '../ports/watch.ts';

export interface BacklogFacts {
  /** Part of the journal's space that holds what the cloud has not confirmed. */
  share: number;
  blocks: number;
  bytesMax: number;
  /** Lines that were dropped within the last hour before the cloud had them. */
  droppedWithinHour: number;
}

/** Everything that the conditions of a gateway are found from; null where it is not known at the moment. */
export interface GatewayFacts {
  disk: DiskFacts | null;
  certificates: readonly CertificateFacts[] | null;
  clock: ClockFacts;
  /** Why the configuration was refused when it was read again. */
  configProblem: string | null;
  backlog: BacklogFacts | null;
  /** Null if nothing is known of the connection; `none` if no cloud is configured. */
  cloud: { isConnected: boolean; lostSinceMs: number | null; lastError: string | null } | 'none' | null;
  /** Batches that the cloud refused, set aside here. */
  refusedBatches: number | null;
  deadLetters: { arrivedWithinHour: number; byCode: Readonly<Record<string, number>> } | null;
  /** Connections that sources keep to others, such as brokers of a plant. */
  peers: readonly PeerState[];
  /** The notifiers of this gateway. */
  notifiers: readonly NotifierFacts[];
  /** Inputs of models, compared with what they were trained on. */
  drift: readonly ModelDrift[];
  model: { isMeant: boolean; loaded: number; problems: readonly string[] };
}
