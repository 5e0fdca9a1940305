import { isLane, type Lane } from './lanes.ts';

const prefix = 'harbinger/v1';

/** Returns the topic on which a gateway sends the batches of one lane to its cloud. */
export function uplinkTopic(gateway: string, lane: Lane): string {
  return `${prefix}/${gateway}/${lane}`;
}

export function parseUplinkTopic(topic: string): { gateway: string; lane: Lane } | null {
  const parts = topic.split('/');
  if (parts.length !== 4 || `${parts[0]}/${parts[1]}` !== prefix) return null;
  const [, , gateway, lane] = parts as [string, string, string, string];
  return isIdentifier(gateway) && isLane(lane) ? { gateway, lane } : null;
}

/** The prefix of every topic on which the cloud sends to a gateway. */
export function downlinkPrefix(gateway: string): string {
  return `${prefix}/${gateway}/down/`;
}

/**
 * Returns the topic on which a cloud greets a gateway that has subscribed, which proves that it is a cloud and not any
 * MQTT broker.
 */
export function greetingTopic(gateway: string): string {
  return `${downlinkPrefix(gateway)}greeting`;
}

/** Returns the topic on which a cloud tells a gateway which of its batches it has refused, and why (see batch-refusal.ts). */
export function refusalTopic(gateway: string): string {
  return `${downlinkPrefix(gateway)}refused`;
}

/** Returns the topic on which a cloud tells a gateway which alerts are over in the cloud (see alerts/ended-in-cloud.ts). */
export function endedTopic(gateway: string): string {
  return `${downlinkPrefix(gateway)}ended`;
}

/** Returns the topic on which a cloud tells a gateway what is wanted of it (see fleet/exchange.ts). */
export function desiredTopic(gateway: string): string {
  return `${downlinkPrefix(gateway)}desired`;
}

/** Returns the topic on which a gateway tells its cloud what of it is there, if the cloud listens (see greeting.ts). */
export function fleetTopic(gateway: string): string {
  return `${prefix}/${gateway}/fleet`;
}

/** Returns the topic on which a gateway asks its cloud for a piece of a model, if the cloud has any (see models/chunks.ts). */
export function modelAskTopic(gateway: string): string {
  return `${prefix}/${gateway}/models`;
}

/** Returns the topic on which a cloud sends a gateway a piece of a model. */
export function modelPieceTopic(gateway: string): string {
  return `${downlinkPrefix(gateway)}model`;
}

/** Returns the topic on which a gateway says, as the last thing on its connection, that it is being stopped. */
export function goodbyeTopic(gateway: string): string {
  return `${prefix}/${gateway}/goodbye`;
}

/**
 * Names of gateways, sites, machines and sensors. They become topics, tags and file names, so only plain characters are
 * allowed.
 */
export const identifierPattern = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$';
export const identifierLengthMax = 64;
const identifier = new RegExp(identifierPattern);

/** For schemas: the pattern, and `form`, which messages say in its place. */
export const plainName = {
  pattern: identifierPattern,
  form: 'a name of up to 64 letters (a–z), digits, _ . and -, beginning with a letter or digit',
};

export function isIdentifier(text: string): boolean {
  return identifier.test(text);
}
