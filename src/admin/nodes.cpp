// The nodes of the cluster, what has been learned of models, and the cluster's figures once.
#include "admin/handlers.hpp"

namespace weir::admin {

awaitable<Answer> list_nodes(Call& call) {
    co_return text_answer(call.control().nodes_json(), 200, "application/json");
}

awaitable<Answer> list_models(Call& call) {
    co_return text_answer(call.control().models_json(), 200, "application/json");
}

awaitable<Answer> show_figures(Call& call) {
    co_return text_answer(call.control().figures_json(), 200, "application/json");
}

}  // namespace weir::admin
