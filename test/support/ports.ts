export { freePort } from './debian/server.ts';
