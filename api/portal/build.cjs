// Makes what pages load, in `built/`: our scripts and the libraries that they use, bundled and named
// by a hash of their content. NODE_PATH leads to what npm installed; `make portal` sets it.
const { buildSync } = require("esbuild");
const { rmSync } = require("node:fs");
const { join } = require("node:path");

const built = join(__dirname, "built");
rmSync(built, { recursive: true, force: true });
const { warnings } = buildSync({
  nodePaths: [process.env.NODE_PATH],
  absWorkingDir: join(__dirname, "scripts"),
  entryPoints: ["page.js", "fonts.css", "map.css", "chart.css"],
  outdir: built,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  loader: { ".png": "dataurl", ".woff2": "file" },
  legalComments: "inline", // the libraries' licences travel with them
  logLevel: "warning",
});
process.exit(warnings.length ? 1 : 0);
