# The HTTP service: docker build -t gainsight-px . && docker run -p 9090:9090 gainsight-px

FROM node:20-alpine AS build
WORKDIR /app
# First what rarely changes, so that an edit of the sources installs nothing anew.
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json config.schema.json ./
COPY scripts/build.mjs scripts/build-pages.mjs scripts/
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund
# The optional clients of --redis and of Kafka, which end up in a folder above /app: so they replace no package of the lock file.
RUN npm install --prefix clients --no-audit --no-fund --ignore-scripts \
  $(node -p "Object.entries(require('./package.json').peerDependencies).map((entry) => entry.join('@')).join(' ')")

FROM node:20-alpine
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist/cjs dist/cjs
COPY --from=build /app/dist/web dist/web
COPY --from=build /app/clients/node_modules /node_modules
# The image's user `node`, as a number: orchestrators can tell that it is not root.
USER 1000:1000
EXPOSE 9090
HEALTHCHECK --interval=5s --timeout=5s --start-period=5s --retries=3 \
  CMD wget -q -O /dev/null http://127.0.0.1:9090/health
CMD ["node", "dist/cjs/cli/main.js", "serve", "--host", "0.0.0.0"]
