import { majorOf, oldestMajor } from './oldestNode';

if (majorOf(process.version) < oldestMajor) {
  process.stderr.write(
    `openchannel-x needs Node.js ${oldestMajor} or newer; this is ${process.version}. Install a newer Node.js and start again.\n`,
  );
  process.exit(1);
}
