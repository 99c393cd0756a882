const dark = matchMedia("(prefers-color-scheme: dark)");
const followColorScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
followColorScheme();
dark.addEventListener("change", followColorScheme);

// The filter box looks at paths and summaries too, not at the names of tags alone.
const searchOperations = {
  fn: {
    opsFilter: (tags, phrase) => {
      const found = (...texts) => texts.some((text) => text?.toLowerCase().includes(phrase.trim().toLowerCase()));
      return tags
        .map((tag, name) =>
          found(name)
            ? tag
            : tag.update("operations", (operations) =>
                operations.filter((operation) =>
                  found(
                    operation.get("path"),
                    operation.getIn(["operation", "summary"]),
                    operation.getIn(["operation", "operationId"]),
                  ),
                ),
              ),
        )
        .filter((tag) => tag.get("operations").size > 0);
    },
  },
};

// Media types that are documented beside the content, so that generated clients have one type, can be chosen here.
const otherContent = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (spec) => {
          for (const operations of Object.values(spec.paths ?? {}))
            for (const { responses = {} } of Object.values(operations))
              for (const response of Object.values(responses)) Object.assign(response.content ?? {}, response["x-other-content"]);
          return update(spec);
        },
      },
    },
  },
};

// A padlock marks what needs a key. Reads may be sent with one and show none.
const padlocksWhereNeeded = {
  wrapComponents: {
    OperationSummary: (Summary, { React }) => (props) => {
      const needed = (security) =>
        security?.some((requirement) => requirement.isEmpty())
          ? security.filter((requirement) => requirement.isEmpty())
          : security;
      return React.createElement(Summary, {
        ...props,
        operationProps: props.operationProps.update("security", needed),
      });
    },
  },
};

window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
  plugins: [searchOperations, otherContent, padlocksWhereNeeded],
});
