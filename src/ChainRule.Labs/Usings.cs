global using ChainRule.Data;
global using ChainRule.Models;
global using ChainRule.Nn;
global using ChainRule.Optim;
global using ChainRule.Reports;
global using ChainRule.Training;
