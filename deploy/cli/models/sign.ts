import type { Command } from 'commander';
import { type ArtefactContents, readContents } from '../../../shared/model/trust/contents.ts';
import { shortFingerprint } from '../../../shared/model/trust/keys.ts';
import {
  readSignature,
  signatureProblem,
  signContents,
  writeSignature,
} from '../../../shared/model/trust/signature.ts';
import { shippedDigests, thisBuild, trustedBy } from '../../../shared/model/trust/trust.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { noKey, ownKey } from '../../keys/model-keys.ts';
import { printJson } from '../output.ts';

interface SignOptions {
  key?: string;
  config?: string;
  json?: boolean;
}

export const refOf = ({ manifest: { name, version } }: ArtefactContents) => `${name}@${version}`;

/** Signs the artefact in a folder with the key of this user. Null if there is none. @throws HarbingerError MODEL_REFUSED_*, MODEL_KEY_FILE */
export function signFolder(folder: string, givenKey?: string) {
  const key = ownKey(givenKey);
  if (!key) return null;
  const contents = readContents(folder);
  const signature = signContents(contents, key);
  writeSignature(folder, signature);
  return { contents, signature };
}

/** `harbinger models sign` and `verify`. */
export function addSigning(group: Command): void {
  group
    .command('sign')
    .description('sign models with a key, so that gateways that know the key run them')
    .argument('<folder...>', 'folders of models: manifest.json, model.json, weights.bin, MODEL-CARD.md')
    .option('--key <key>', 'name of the key, or its file (default: $HARBINGER_MODEL_KEY, or the only key)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  harbinger models sign models/pump-rul
  harbinger models sign models/* --key site

It writes signature.json into the folder. Whatever is changed in the model or its card afterwards must be signed again.
`,
    )
    .action((folders: string[], { key, json }: SignOptions) => {
      const signed = folders.map((folder) => {
        const done = signFolder(folder, key);
        if (!done) throw noKey();
        const { contents, signature } = done;
        return {
          folder,
          ref: refOf(contents),
          digest: contents.digest,
          key: signature.key,
          fingerprint: signature.fingerprint,
        };
      });
      if (json) return printJson({ signed });
      for (const { folder, ref, key: name, fingerprint } of signed)
        process.stdout.write(
          `${ref} in ${folder} is signed with ${name} (${shortFingerprint(fingerprint)})\n`,
        );
    });

  group
    .command('verify')
    .description(
      'say whether the files of models are whole, who has signed them, and whether a gateway would trust them',
    )
    .argument('<folder...>', 'folders of models')
    .option('--config <file>', 'a gateway’s configuration: its keys must have signed them')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  harbinger models verify models/pump-rul\n  harbinger models verify models/* --config /etc/harbinger/gateway.toml\n',
    )
    .action(async (folders: string[], { config, json }: SignOptions) => {
      const keys = config === undefined ? null : await keysOfConfig(config);
      const verified = folders.map((folder) => {
        const contents = readContents(folder);
        const by =
          keys === null
            ? signedBy(folder, contents)
            : trustedBy(folder, contents, { digests: shippedDigests(), keys });
        return { folder, ref: refOf(contents), digest: contents.digest, by };
      });
      if (json) return printJson({ verified });
      for (const { folder, ref, by } of verified)
        process.stdout.write(
          `${ref} in ${folder} is whole; ${by === thisBuild ? 'it comes with the product' : `signed with ${by}`}\n`,
        );
    });
}

/** The signer, whom a gateway need not trust. @throws HarbingerError MODEL_REFUSED_UNSIGNED, MODEL_REFUSED_SIGNATURE */
function signedBy(folder: string, contents: ArtefactContents): string {
  const signature = readSignature(folder);
  if (!signature || signatureProblem(contents, signature))
    return trustedBy(folder, contents, { digests: shippedDigests(), keys: [] });
  return `${signature.key} (${shortFingerprint(signature.fingerprint)})`;
}

async function keysOfConfig(file: string) {
  const { checkGatewayConfig } = await import('../../../gateway/main.ts');
  const { trustedKeys } = await import('../../../gateway/models/trusted-keys.ts');
  const { config, problems } = checkGatewayConfig({ config: file }, { files: false });
  if (!config || problems.length > 0)
    throw new HarbingerError(
      'CONFIG_INVALID',
      'config',
      `${file} has problems; see \`harbinger config check gateway ${file}\``,
    );
  return trustedKeys(config.models);
}
