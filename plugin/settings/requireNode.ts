/** The oldest Node.js this product runs on. */
const oldestMajor = 20;

if (Number(process.versions.node.split('.')[0]) < oldestMajor) {
  process.stderr.write(
    `openchannel-x needs Node.js ${oldestMajor} or newer; this is ${process.version}. Install a newer Node.js and start again.\n`,
  );
  process.exit(1);
}
