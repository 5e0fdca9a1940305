/**
 * Commands for models as artefacts (deploy/cli/models): who stands for them, what is in them, how two differ, and the registry of
 * the cloud. Training and measuring is in tools/models.ts. This file is `harbinger models keys`.
 */
import type { Command } from 'commander';
import { fingerprintOf, shortFingerprint } from '../../../shared/model/trust/keys.ts';
import {
  configLines,
  createKey,
  keyNames,
  keysDir,
  publicKeyText,
  readSigningKey,
} from '../../keys/model-keys.ts';
import { printJson, printList } from '../output.ts';

interface KeyOptions {
  dir?: string;
  json?: boolean;
}

export function addModelKeys(group: Command): void {
  const keys = group
    .command('keys')
    .description('keys that sign models: create, list')
    .addHelpText(
      'after',
      `
Examples:
  harbinger models keys create site
  harbinger models keys list --json

A gateway runs a model that does not come with the product only if one of its [[models.keys]] has signed it. The private key
stays with the user who signs, readable by nobody else; gateways get the public one.
`,
    );
  keys
    .command('create')
    .description('make a key, and print what a gateway’s configuration needs to trust it')
    .argument('<name>', 'what it is called, e.g. site')
    .option('--dir <dir>', 'folder of the keys (default: ~/.config/harbinger/keys)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  harbinger models keys create site\n')
    .action((name: string, { dir, json }: KeyOptions) => {
      const created = createKey(name, dir);
      if (json) return printJson(created);
      const { file, publicKey } = created;
      process.stdout.write(
        `The private key is in ${file}: keep a copy in a safe place, and give it to nobody.\nA gateway trusts it with this in its configuration:\n\n${configLines(name, publicKey)}`,
      );
    });
  keys
    .command('list', { isDefault: true })
    .description('list the keys of this user')
    .option('--dir <dir>', 'folder of the keys (default: ~/.config/harbinger/keys)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  harbinger models keys list\n')
    .action(({ dir = keysDir(), json }: KeyOptions) => {
      const found = keyNames(dir).map((name) => {
        const key = readSigningKey(name, dir);
        return { name, fingerprint: fingerprintOf(key.privateKey), publicKey: publicKeyText(key) };
      });
      if (json) return printJson({ keys: found });
      const rows = found.map(({ name, fingerprint, publicKey }) => [
        name,
        shortFingerprint(fingerprint),
        publicKey,
      ]);
      printList([['name', 'fingerprint', 'public key'], ...rows]);
    });
}
