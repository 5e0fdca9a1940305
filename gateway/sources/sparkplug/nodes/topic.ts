export type Kind = 'NBIRTH' | 'NDEATH' | 'NDATA' | 'DBIRTH' | 'DDEATH' | 'DDATA';

export interface Topic {
  group: string;
  node: string;
  /** Empty for an edge node. */
  device: string;
  kind: Kind;
}

const kinds: ReadonlySet<string> = new Set(['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA']);

/** Returns null for a topic of other messages of Sparkplug, such as commands and the states of hosts. */
export function topicOf(text: string): Topic | null {
  const [version, group = '', kind = '', node = '', device = '', ...rest] = text.split('/');
  if (version !== 'spBv1.0' || rest.length > 0 || group === '' || node === '' || !kinds.has(kind))
    return null;
  if ((kind[0] === 'D') !== (device !== '')) return null;
  return { group, node, device, kind: kind as Kind };
}
