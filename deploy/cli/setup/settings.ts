/** The drop-in that follows from the answers, and what to do next. */
import { stringify } from 'smol-toml';
import { hashPassword } from '../../../shared/security/passwords.ts';
import { newSecret } from '../../../shared/security/secret.ts';
import type { Side } from '../../service/installed-side.ts';
import type { Answers } from './answers.ts';

export interface Settings {
  /** TOML. */
  text: string;
  /** Lines for the person: passwords that were made, and what to try. */
  next: string[];
}

const head =
  '# Written by `harbinger setup`, which writes it anew. Settings of your own: a file of another name beside it.\n';

export async function settingsOf(side: Side, answers: Answers, secret = madeSecret): Promise<Settings> {
  const { table, next } =
    side === 'gateway' ? await gatewaySettings(answers, secret) : cloudSettings(answers, secret);
  return { text: `${head}${stringify(table)}`, next };
}

/** A password that can be typed, and that no command takes for an option: 96 bits. */
const madeSecret = () => newSecret(12).toString('hex');

async function gatewaySettings(
  { site, gateway, cloud, password, machine, type }: Answers,
  secret: () => string,
) {
  const next: string[] = [];
  const users = [];
  if (machine !== '') {
    const own = secret();
    users.push({
      name: machine,
      passwordHash: await hashPassword(own),
      publish: [`telemetry/${site}/{user}`, `telemetry/${site}/{user}/#`],
    });
    next.push(
      `The password of ${machine}, which is kept nowhere else: ${own}`,
      'Its first reading, from any computer (Debian: apt install mosquitto-clients):',
      `  mosquitto_pub -h ${gateway} -u ${machine} -P ${own} -q 1 -t telemetry/${site}/${machine} -m '{"temperature": 21.5}'`,
    );
  }
  const table = {
    gateway,
    machines: [
      ...(machine === '' ? [] : [{ match: `${site}/${machine}`, type }]),
      { match: `${site}/*`, type: 'generic' },
    ],
    broker: { host: '0.0.0.0', ...(users.length > 0 && { users }) },
    ...(cloud !== '' && { uplink: { url: cloud, password } }),
  };
  return { table, next };
}

function cloudSettings({ gateway, password }: Answers, secret: () => string) {
  const own = password === '' ? secret() : password!;
  const next = password === '' ? [`The password of ${gateway} at this cloud, for its own setup: ${own}`] : [];
  const table = {
    ingest: { host: '0.0.0.0' },
    gateways: [{ id: gateway, password: own }],
    api: { host: '0.0.0.0' },
  };
  next.push('The page: http://THIS-COMPUTER:8080, with the token in /var/lib/harbinger/cloud/api-token');
  return { table, next };
}
