import { codeOf, messageOf } from '../runtime/errors.ts';

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; correct the path, or put the file there',
  ENOTDIR: 'there is no such folder; correct the path',
  EISDIR: 'it is a folder; name the file in it',
  EACCES: 'this user may not read it; let the user that Harbinger runs as read it (chgrp, chmod 640)',
};

/** Says why a file that a user has named cannot be read, and what to do. */
export function readProblem(error: unknown): string {
  return problems[codeOf(error) ?? ''] ?? messageOf(error);
}
