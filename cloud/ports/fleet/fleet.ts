/** The interfaces of the fleet: what people want of gateways, and how it stands there. */
import type { DesiredDocument, DocumentName } from '../../../shared/contract/fleet/documents.ts';
import type { CloudSays, GatewaySays } from '../../../shared/contract/fleet/exchange.ts';
import type { GatewayFigures } from '../../../shared/contract/fleet/figures.ts';
import type { ModelsCompared } from '../../../shared/contract/models/compared.ts';

/** The last report of a gateway about a document. */
export interface ReportedDocument {
  gateway: string;
  version: number;
  /** See shared/contract/fleet/reported.ts; a newer gateway may have others. */
  state: string;
  /** By its clock. */
  atMs: number;
  problem?: string;
  clock?: string;
}

/** Keeps documents, those that were removed too. */
export interface FleetStore {
  /** For seals; the same for ever. */
  readonly secret: Buffer;
  /** Documents that were removed up to this version may be forgotten. */
  readonly forgottenVersion: number;
  get(key: string): DesiredDocument | undefined;
  all(): DesiredDocument[];
  /** The reports of gateways about a document. */
  reported(key: string): ReportedDocument[];
  /** Figures that gateways have told of versions of models that are tried. */
  compared(): ComparedAt[];
  /** All of them, or none if it throws. Durable when resolved. */
  put(documents: readonly DesiredDocument[]): Promise<void>;
}

/** The latest figures of one trial of a version of a model, at one gateway. */
export interface ComparedAt {
  gateway: string;
  figures: ModelsCompared;
}

/** A request of a person. */
export interface Asked {
  kind: string;
  /** Absent: the kind names it, so that what is asked for again replaces it. */
  name?: string;
  gateway?: string;
  body: Record<string, unknown>;
  who: string;
  why: string;
  untilMs?: number;
  /** The version that it changes; refused if there is another one by now. Absent: whatever there is. */
  inPlaceOf?: number;
}

/** How a document stands at one of its gateways. */
export interface Standing {
  gateway: string;
  /** Null if the gateway has not said anything of it. */
  version: number | null;
  state: string | null;
  /** Since when, by the gateway’s clock. */
  atMs: number | null;
  /** Why it is not as it was asked for, as a sentence; null if it is. */
  differs: string | null;
}

export interface ShownDocument extends Omit<DesiredDocument, 'seal' | 'removed'> {
  /** Its content in words. */
  text: string;
  /** Its time is over. */
  isOver: boolean;
  gateways: Standing[];
}

export interface FleetAdmin {
  kinds(): { kind: string; about: string }[];
  /** The latest first. */
  list(kind?: string): ShownDocument[];
  /** The documents of a kind that are not over, the latest first. */
  wanted(kind: string): DesiredDocument[];
  /** Figures that gateways have told of versions of models that are tried, in no order. */
  compared(): ComparedAt[];
  /** Durable when resolved, and on its way. @throws HarbingerError FLEET_INVALID, FLEET_TOO_MANY, FLEET_CHANGED */
  set(asked: Asked): Promise<ShownDocument>;
  /** @throws HarbingerError FLEET_NOT_WANTED */
  remove(name: DocumentName, who: { who: string; why: string; inPlaceOf?: number }): Promise<void>;
}

/** How a gateway was when it last said so, and when that was, by the clock of the cloud. */
export interface FiguresAt extends GatewayFigures {
  atMs: number;
}

export interface FleetFigures {
  /** Null until the gateway has said it to this process. */
  figuresOf(gateway: string): FiguresAt | null;
}

/** The side of the link to gateways. */
export interface FleetExchange {
  /** Returns what is to be answered to a gateway. Never rejects. */
  answer(gateway: string, said: GatewaySays): Promise<CloudSays>;
  /** Tells of each changed document once it is durable: for which gateway, or null for all. Returns a function that ends it. */
  onChange(listener: (gateway: string | null, document: DesiredDocument) => void): () => void;
}
