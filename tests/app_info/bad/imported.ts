import supertokens from "supertokens-node";
import { appInfo } from "./appInfo";

supertokens.init({ appInfo, recipeList: [] });
